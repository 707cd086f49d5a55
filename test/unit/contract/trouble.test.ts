import t from 'tap'
import { mergeTroubles, type Trouble } from '../../../edge/contract/trouble.ts'

const ejected = (peer: string, untilMs?: number): Trouble => ({
  kind: 'ejected',
  pool: 'shop',
  peer,
  cause: 'c',
  ...(untilMs === undefined ? {} : { untilMs }),
})

t.test('what several tell of the same peer stands once, with its latest end', async (t) => {
  const merged = mergeTroubles([[ejected('a:1', 5)], [ejected('a:1', 9), ejected('b:1')], [ejected('a:1', 7)]], 10)
  t.same(merged, [ejected('a:1', 9), ejected('b:1')])
})

t.test('a list has no more than it may; what stands in it already is still brought up to date', async (t) => {
  t.same(mergeTroubles([[ejected('a:1', 1), ejected('b:1'), ejected('c:1')], [ejected('a:1', 2)]], 2), [ejected('a:1', 2), ejected('b:1')])
})

t.test('another kind, or the pool itself, is another trouble', async (t) => {
  const pool: Trouble = { kind: 'ejected', pool: 'shop', cause: 'c' }
  t.equal(mergeTroubles([[ejected('a:1'), pool, { ...ejected('a:1'), kind: 'other' }]], 10).length, 3)
})
