import t from 'tap'
import { allocateCells, SharedCells } from '../../../edge/base/shared-cells.ts'
import { Gcra } from '../../../edge/limit/gcra.ts'
import { takeAll } from '../../../edge/limit/take-all.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOW_MS = 1_800_000_000_000

function limits(...bursts: number[]): Gcra[] {
  const table = new SharedCells(allocateCells(1_024, new SeededRandom(3)))
  return bursts.map((burst, index) => new Gcra({ id: `limit-${index}`, rate: { count: 1, perMs: 1_000 }, burst, table }))
}

t.test('a request that every limit allows pays at each', async (t) => {
  const [wide, narrow] = limits(10, 2) as [Gcra, Gcra]
  const claims = [
    { limiter: wide, key: 'a', cost: 1 },
    { limiter: narrow, key: 'site', cost: 2 },
  ]
  t.same(takeAll(claims, NOW_MS), {
    allowed: true,
    readings: [
      { allowed: true, remaining: 9, resetMs: 1_000 },
      { allowed: true, remaining: 0, resetMs: 2_000 },
    ],
  })
})

t.test('when one limit refuses, no limit was paid', async (t) => {
  const [first, second, strict, unasked] = limits(10, 20, 1, 10) as [Gcra, Gcra, Gcra, Gcra]
  const claims = [first, second, strict, unasked].map((limiter) => ({ limiter, key: 'a', cost: 1 }))
  t.equal(takeAll(claims, NOW_MS).allowed, true)
  const refused = takeAll(claims, NOW_MS)
  const refusal = { allowed: false, remaining: 0, resetMs: 1_000, retryAfterMs: 1_000 }
  t.same(refused, {
    allowed: false,
    by: 2,
    verdict: refusal,
    readings: [{ allowed: true, remaining: 9, resetMs: 1_000 }, { allowed: true, remaining: 19, resetMs: 1_000 }, refusal],
  })
  t.match(unasked.take('a', 1, NOW_MS), { remaining: 8 })
})

t.test('one limit claimed twice with one key pays twice or not at all', async (t) => {
  const [only] = limits(3) as [Gcra]
  const claims = [1, 2].map((cost) => ({ limiter: only, key: 'a', cost }))
  t.match(takeAll(claims, NOW_MS), { allowed: true })
  t.match(takeAll(claims, NOW_MS + 2_000), { allowed: false, by: 1 })
  t.match(only.take('a', 1, NOW_MS + 2_000), { allowed: true, remaining: 1 })
})

t.test('without limits everything is allowed', async (t) => {
  t.same(takeAll([], NOW_MS), { allowed: true, readings: [] })
})
