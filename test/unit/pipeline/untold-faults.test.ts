import t from 'tap'
import { isUntold } from '../../../edge/pipeline/untold-faults.ts'

t.test('what was ordered, or has its line already, has none of its own', async (t) => {
  t.ok(isUntold('CLOSED'))
  t.ok(isUntold('POOL_OPEN'), 'the line of the breaker that opened')
  t.notOk(isUntold('UPSTREAM_TIMEOUT'))
})
