import t from 'tap'
import { backoffMs, MAX_BACKOFF_MS } from '../../../../control/discovery/backoff.ts'

t.test('waits double with each failure and stay within half of their step', (t) => {
  for (const [failures, stepMs] of [
    [1, 500],
    [2, 1_000],
    [3, 2_000],
  ] as const) {
    t.equal(backoffMs(failures, 0), stepMs / 2)
    t.ok(backoffMs(failures, 0.999) < stepMs)
    t.equal(backoffMs(failures, 0.5), stepMs * 0.75)
  }
  t.end()
})

t.test('no wait is longer than the longest, however many failures there were', (t) => {
  for (const failures of [6, 100, 1e9]) t.ok(backoffMs(failures, 0.999) <= MAX_BACKOFF_MS, `${failures}`)
  t.end()
})
