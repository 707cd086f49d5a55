import t from 'tap'
import { WakeLimit } from '../../../../control/discovery/wake-limit.ts'

t.test('a burst passes at once and what follows waits its turn', (t) => {
  const limit = new WakeLimit({ everyMs: 500, burst: 3 })
  t.same([limit.take(0), limit.take(0), limit.take(0)], [0, 0, 0])
  t.equal(limit.take(0), 500)
  t.equal(limit.take(0), 1_000)
  t.end()
})

t.test('time fills the bucket again, and never beyond its burst', (t) => {
  const limit = new WakeLimit({ everyMs: 500, burst: 2 })
  limit.take(0)
  limit.take(0)
  t.equal(limit.take(500), 0, 'one token came')
  t.same([limit.take(1e9), limit.take(1e9), limit.take(1e9)], [0, 0, 500])
  t.end()
})
