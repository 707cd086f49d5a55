import t from 'tap'
import { OverloadSchema } from '../../../edge/contract/overload.ts'
import { MIB } from '../../../edge/contract/units.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('left alone, an edge sheds crawlers when its loop is 200 ms late, its heap 85 % full, or 10,000 requests are in flight', (t) => {
  t.strictSame(accepted(OverloadSchema, {}), {
    loopDelayMs: 200,
    heapRatio: 0.85,
    maxInFlight: 20_000,
    bufferMaxBytes: 256 * MIB,
    retryAfterMs: 2_000,
  })
  t.end()
})

t.test('what could not be meant is refused', (t) => {
  const wrong = { loopDelayMs: 1, heapRatio: 85, maxInFlight: 0, bufferMaxBytes: 1_000, retryAfterMs: -1, shed: 'all' }
  t.same(refusedAt(OverloadSchema, wrong).sort(), [
    '/bufferMaxBytes',
    '/heapRatio',
    '/loopDelayMs',
    '/maxInFlight',
    '/retryAfterMs',
    '/shed',
  ])
  t.end()
})
