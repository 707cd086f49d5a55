import t from 'tap'
import { judge, NO_TALLY, plus, type Tally } from '../../../../control/domain/canary.ts'
import { BUCKETS, bucketOf } from '../../../../edge/base/log-buckets.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

const LIMITS = { minRequests: 50, maxErrorRatioMore: 0.01, maxLatencyRatio: 1.5, latencyQuantile: 0.95 }
const random = new SeededRandom(11)

/** What a pool would show that fails this share of requests, at times that are exponential around a mean. */
function tally(requests: number, failing = 0, meanMs = 20): Tally {
  const times: number[] = new Array(BUCKETS).fill(0)
  let failures = 0
  for (let i = 0; i < requests; i++) {
    if (random.next() < failing) failures += 1
    times[bucketOf(-Math.log(1 - random.next()) * meanMs)]! += 1
  }
  return { requests, failures, times }
}

t.test('three requests do not decide, however they end', async (t) => {
  const control = tally(10_000)
  t.match(judge(tally(3, 1), control, LIMITS), { kind: 'too-few', because: '3 of 50 requests that it takes to judge' })
  t.equal(judge(tally(49, 1), control, LIMITS).kind, 'too-few')
  t.match(judge(tally(500), tally(20), LIMITS), { kind: 'too-few', because: /control group has 20 of 50/ })
})

t.test('failures that are surely more send it back, with the figures', async (t) => {
  t.match(judge(tally(60, 0.3), tally(5_000), LIMITS), {
    kind: 'worse',
    because: /^\d+(\.\d)? % of 60 requests failed, beside 0 % of 5000 requests/,
  })
  t.equal(judge(tally(5_000, 0.05), tally(5_000, 0.001), LIMITS).kind, 'worse')
  t.equal(judge(tally(5_000, 0.05), tally(5_000, 0.05), LIMITS).kind, 'well', 'a bad day of everybody is not the version')
  t.equal(judge(tally(5_000, 0.005), tally(5_000, 0), LIMITS).kind, 'well', 'less than is allowed')
})

t.test('what looks worse and is not sure is doubtful', async (t) => {
  t.equal(judge({ ...tally(60), failures: 3 }, tally(5_000), LIMITS).kind, 'doubtful')
})

t.test('times that are surely longer send it back', async (t) => {
  t.match(judge(tally(2_000, 0, 60), tally(5_000), LIMITS), {
    kind: 'worse',
    because: /^its p95 is 1\d\d ms, beside \d\d ms in the control group; 1\.5 times/,
  })
  t.equal(judge(tally(2_000, 0, 22), tally(5_000), LIMITS).kind, 'well')
  t.equal(judge(tally(2_000, 0, 0.9), tally(5_000, 0, 0.3), LIMITS).kind, 'well', 'nobody feels milliseconds')
})

t.test('the same version is not sent back in a thousand looks, nor is it held for long', async (t) => {
  let worse = 0
  let well = 0
  for (let run = 0; run < 50; run++) {
    let [group, control] = [NO_TALLY, NO_TALLY]
    for (let look = 0; look < 20; look++) {
      group = plus(group, tally(20, 0.02))
      control = plus(control, tally(200, 0.02))
      if (judge(group, control, LIMITS).kind === 'worse') worse += 1
    }
    if (judge(group, control, LIMITS).kind === 'well') well += 1
  }
  t.equal(worse, 0)
  t.ok(well >= 40, `${well} of 50 go on`)
})

t.test('tallies are added up', async (t) => {
  t.same(plus({ requests: 1, failures: 1, times: [1] }, { requests: 2, failures: 0, times: [0, 2] }), {
    requests: 3,
    failures: 1,
    times: [1, 2],
  })
})
