import t from 'tap'
import { FairSample, fairShares } from '../../../edge/cache/fair-sample.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('all groups have the same part, as far as they have so much', async (t) => {
  const shares = (held: Record<string, number>, count: number) => Object.fromEntries(fairShares(new Map(Object.entries(held)), count))
  t.same(shares({ a: 1_000, b: 2 }, 200), { a: 198, b: 2 })
  t.same(shares({ a: 1_000, b: 1_000 }, 200), { a: 100, b: 100 })
  t.same(shares({ a: 3, b: 4 }, 200), { a: 3, b: 4 })
  t.same(shares({ a: 9, b: 9, c: 9 }, 2), { a: 1, b: 1, c: 0 })
  t.same(shares({}, 5), {})
  for (const count of [1, 7, 50]) {
    const sum = Object.values(shares({ a: 40, b: 5, c: 17, d: 1 }, count)).reduce((a, b) => a + b)
    t.equal(sum, count)
  }
})

t.test('one walk takes exactly the sample, and each as likely as the next', async (t) => {
  const random = new SeededRandom(7)
  const times = new Array<number>(20).fill(0)
  for (let round = 0; round < 2_000; round++) {
    const sample = new FairSample(new Map([['a', 20]]), 5, random)
    const taken = times.map(() => sample.takes('a'))
    t.equal(taken.filter(Boolean).length, 5)
    for (const [at, was] of taken.entries()) if (was) times[at]! += 1
  }
  // 500 expected, deviation 19.
  t.ok(
    times.every((count) => count > 400 && count < 600),
    times.join(' '),
  )
})

t.test('what came since it was counted is not taken', async (t) => {
  const sample = new FairSample(new Map([['a', 1]]), 5, new SeededRandom())
  t.same([sample.takes('a'), sample.takes('a'), sample.takes('b')], [true, false, false])
})
