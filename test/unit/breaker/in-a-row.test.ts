import t from 'tap'
import { breakerInARow } from '../../../edge/breaker/in-a-row.ts'

t.test('a success between failures starts the count anew', async (t) => {
  const breaker = breakerInARow({ failures: 3, openMs: 1_000 })
  for (let round = 0; round < 5; round++) {
    breaker.failed(round)
    breaker.failed(round)
    breaker.succeeded(round)
  }
  t.same(breaker.state(5), { state: 'closed' })
})

t.test('a threshold of one opens at the first failure, always for the same time', async (t) => {
  const breaker = breakerInARow({ failures: 1, openMs: 10 })
  breaker.failed(0)
  t.equal(breaker.allow(9), false)
  t.equal(breaker.allow(10), true)
  breaker.failed(10)
  t.match(breaker.state(10), { state: 'open', cause: 'in-a-row', untilMs: 20 })
})
