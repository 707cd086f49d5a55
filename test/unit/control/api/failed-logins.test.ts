import t from 'tap'
import { FailedLogins, MAX_FAILURES, WINDOW_MS } from '../../../../control/api/failed-logins.ts'

t.test('an address has its tries, then it is told how long to wait', async (t) => {
  const failures = new FailedLogins()
  for (let tries = 0; tries < MAX_FAILURES; tries++) t.equal(await failures.count('192.0.2.7'), 0)
  const waitMs = await failures.count('192.0.2.7')
  t.ok(waitMs > 0 && waitMs <= WINDOW_MS, `${waitMs} ms`)
})

t.test('one address does not use up the tries of another', async (t) => {
  const failures = new FailedLogins()
  for (let tries = 0; tries <= MAX_FAILURES; tries++) await failures.count('192.0.2.7')
  t.equal(await failures.count('192.0.2.8'), 0)
})
