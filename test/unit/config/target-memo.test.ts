import t from 'tap'
import { targetMemo } from '../../../edge/config/target-memo.ts'

const RULES = { mergeSlashes: 'merge', encodedSlash: 'refuse', maxBytes: 100 } as const

t.test('a target is read by the rules, and remembered with the key it was kept under', async (t) => {
  const memo = targetMemo(RULES)
  const known = memo.get('/a//b?c')
  t.match(known.read, { ok: true, path: '/a/b', query: 'c' })
  t.equal(known.kept, null)
  known.kept = { scheme: 'https', host: 'shop.example', rule: RULES, key: 'key' }
  t.equal(memo.get('/a//b?c').kept?.key, 'key')
  t.equal(memo.get('/a/b?c').kept, null, 'another spelling is another target')
})

t.test('what is no target is remembered too', async (t) => {
  const memo = targetMemo(RULES)
  t.equal(memo.get('/\0').read.ok, false)
  t.equal(memo.get('/\0'), memo.get('/\0'))
})
