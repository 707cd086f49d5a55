import t from 'tap'
import { BUCKETS, bucketOf, quantileOf } from '../../../edge/base/log-buckets.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('buckets are bounded at both ends', async (t) => {
  for (const ms of [0, 0.2, 1, -1, Number.NaN]) t.equal(bucketOf(ms), 0, String(ms))
  t.equal(bucketOf(1.01), 1)
  t.equal(bucketOf(2), 4)
  for (const ms of [60_000, 1e9, Number.POSITIVE_INFINITY]) t.equal(bucketOf(ms), BUCKETS - 1, String(ms))
})

t.test('a quantile read from buckets is off by less than a tenth', async (t) => {
  const random = new SeededRandom(7)
  const times = Array.from({ length: 5_000 }, () => 5 + 20 * -Math.log(1 - random.next())).sort((a, b) => a - b)
  const counts: number[] = new Array(BUCKETS).fill(0)
  for (const ms of times) counts[bucketOf(ms)]! += 1
  for (const quantile of [0.1, 0.5, 0.9, 0.95, 0.99]) {
    const exact = times[Math.ceil(quantile * times.length) - 1]!
    const read = quantileOf(counts, quantile)!
    t.ok(Math.abs(read / exact - 1) < 0.1, `p${quantile * 100}: ${read} beside ${exact}`)
  }
})

t.test('nothing has no quantile, and a trimmed list reads as a whole one', async (t) => {
  t.equal(quantileOf([], 0.5), null)
  t.equal(quantileOf([0, 0], 0.5), null)
  t.equal(quantileOf([0, 3], 1), quantileOf([0, 3, 0, 0], 1))
})
