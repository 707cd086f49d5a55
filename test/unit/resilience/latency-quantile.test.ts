import t from 'tap'
import { LatencyQuantile } from '../../../edge/resilience/latency-quantile.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('a few answers say nothing', async (t) => {
  const latency = new LatencyQuantile()
  for (let i = 0; i < 99; i++) latency.record(10)
  t.equal(latency.quantile(0.95), null)
  latency.record(10)
  t.ok(latency.quantile(0.95)! >= 10)
})

t.test('a quantile is never below what it should be, and at most an eighth above', async (t) => {
  const random = new SeededRandom()
  const latency = new LatencyQuantile()
  const seen: number[] = []
  for (let i = 0; i < 4_000; i++) {
    const ms = Math.exp(random.next() * 8) / 2
    seen.push(ms)
    latency.record(ms)
  }
  seen.sort((a, b) => a - b)
  for (const share of [0.5, 0.9, 0.95, 0.99]) {
    const exact = seen[Math.ceil(share * seen.length) - 1]!
    const told = latency.quantile(share)!
    t.ok(told >= exact && told <= exact * 1.125, `p${share * 100}: ${told} for ${exact}`)
  }
})

t.test('extremes have their buckets', async (t) => {
  const latency = new LatencyQuantile()
  for (let i = 0; i < 200; i++) latency.record(0)
  t.equal(latency.quantile(0.95), 0.25)
  for (let i = 0; i < 2_000; i++) latency.record(1e12)
  t.ok(latency.quantile(0.5)! > 60_000)
})

t.test('what was long ago fades', async (t) => {
  const latency = new LatencyQuantile()
  for (let i = 0; i < 10_000; i++) latency.record(500)
  for (let i = 0; i < 10_000; i++) latency.record(5)
  t.ok(latency.quantile(0.95)! < 500, `${latency.quantile(0.95)} after as many of 5 ms`)
  for (let i = 0; i < 10_000; i++) latency.record(5)
  t.ok(latency.quantile(0.95)! <= 5.7)
})
