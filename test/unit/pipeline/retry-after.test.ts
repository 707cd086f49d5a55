import t from 'tap'
import { retryAfterSeconds } from '../../../edge/pipeline/retry-after.ts'

t.test('Retry-After is whole seconds, rounded up, at least one', async (t) => {
  t.same([0, 1, 1_000, 1_001, 59_999].map(retryAfterSeconds), ['1', '1', '1', '2', '60'])
})
