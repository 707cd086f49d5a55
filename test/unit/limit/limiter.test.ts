import t from 'tap'
import { DAY_MS } from '../../../edge/contract/units.ts'
import { MAX_RETRY_AFTER_MS } from '../../../edge/limit/limiter.ts'

t.test('the longest wait a refusal names is a year, and fits a Retry-After', async (t) => {
  t.equal(MAX_RETRY_AFTER_MS, 365 * DAY_MS)
  t.ok(MAX_RETRY_AFTER_MS / 1_000 < 2 ** 31, 'RFC 9111 §1.2.2: recipients may stop counting seconds at 2^31')
})
