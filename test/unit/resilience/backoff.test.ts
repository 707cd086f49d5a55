import t from 'tap'
import { backoffMs } from '../../../edge/resilience/backoff.ts'

const RULE = { backoffBaseMs: 25, backoffMaxMs: 250 }

t.test('the first retry waits for nothing; the bound of the others doubles up to the longest', async (t) => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 1_000].map((retry) => backoffMs(retry, RULE, 0.9999))
  t.same(bounds, [0, 24, 49, 99, 199, 249, 249, 249])
})

t.test('chance takes any part of it', async (t) => {
  t.equal(backoffMs(3, RULE, 0), 0)
  t.equal(backoffMs(3, RULE, 0.5), 25)
  t.equal(backoffMs(3, { backoffBaseMs: 0, backoffMaxMs: 250 }, 0.9), 0)
})
