import t from 'tap'
import { byteFaults, pathState, rewritePath, type TargetRules } from '../../../edge/http/target-path.ts'

const RULES: TargetRules = { mergeSlashes: 'merge', encodedSlash: 'keep', maxBytes: 100 }

t.test('a path that needs no rewriting is told from one that does', async (t) => {
  for (const path of ['/', '/a/b', '/.git', '/a/..b..', '/%2F%5C%20']) t.equal(pathState(path, RULES), 'canonical', path)
  for (const path of ['//', '/./a', '/a/..', '/%2f', '/%41', '/a/.%2E']) t.equal(pathState(path, RULES), 'rewrite', path)
  t.equal(pathState('//', { ...RULES, mergeSlashes: 'keep' }), 'canonical')
})

t.test('the first fault of a path is named', async (t) => {
  t.equal(pathState('/a b%00', RULES), 'space')
  t.equal(pathState('/%00 ', RULES), 'encoded-nul')
})

t.test('a dot segment with parameters cannot be rewritten', async (t) => {
  t.equal(rewritePath('/a/..;v=1/b', RULES), null)
  t.equal(rewritePath('/a/b;v=1/../c', RULES), '/a/c')
})

t.test('bytes that may stand nowhere are found', async (t) => {
  t.equal(byteFaults('a=b&c\\d%'), null)
  t.equal(byteFaults('a b'), 'space')
  t.equal(byteFaults('a\x1f'), 'control-byte')
})
