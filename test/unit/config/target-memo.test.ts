import t from 'tap'
import { targetMemo } from '../../../edge/config/target-memo.ts'

const RULES = { mergeSlashes: 'merge', encodedSlash: 'refuse', maxBytes: 100 } as const

t.test('a target is read by the rules, and remembered with the key it was kept under', async (t) => {
  const memo = targetMemo(RULES)
  const known = memo.get('/a//b?c')
  t.match(known, { fault: null, form: 'origin', path: '/a/b', query: 'c', key: null, plan: null, held: null })
  known.key = 'key'
  t.equal(memo.get('/a//b?c').key, 'key')
  t.equal(memo.get('/a/b?c').key, null, 'another spelling is another target')
})

t.test('what is no target is remembered too', async (t) => {
  const memo = targetMemo(RULES)
  t.equal(memo.get('/\0').fault, 'control-byte')
  t.equal(memo.get('/\0'), memo.get('/\0'))
})
