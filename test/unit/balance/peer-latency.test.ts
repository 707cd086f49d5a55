import t from 'tap'
import { PeerLatency } from '../../../edge/balance/peer-latency.ts'

const DECAY_MS = 1_000

t.test('a peer that was never heard has no latency', async (t) => {
  t.equal(new PeerLatency(DECAY_MS).at(5_000), 0)
})

t.test('a peak is taken at once', async (t) => {
  const latency = new PeerLatency(DECAY_MS)
  latency.answered(10, 0)
  latency.answered(400, 1)
  t.equal(latency.at(1), 400)
})

t.test('what is faster comes in slowly, by how long ago the last was', async (t) => {
  const latency = new PeerLatency(DECAY_MS)
  latency.answered(100, 0)
  latency.answered(20, 100)
  const kept = Math.exp(-0.1)
  t.ok(Math.abs(latency.at(100) - (100 * kept + 20 * (1 - kept))) < 1e-9)
  for (let nowMs = 200; nowMs <= 10_000; nowMs += 100) latency.answered(20, nowMs)
  t.ok(Math.abs(latency.at(10_000) - 20) < 0.1)
})

t.test('while nothing is heard it fades', async (t) => {
  const latency = new PeerLatency(DECAY_MS)
  latency.answered(100, 0)
  t.ok(Math.abs(latency.at(DECAY_MS) - 100 / Math.E) < 1e-9)
  t.equal(latency.at(0), 100, 'reading changes nothing')
  latency.decayMs = 2 * DECAY_MS
  t.ok(Math.abs(latency.at(2 * DECAY_MS) - 100 / Math.E) < 1e-9)
})

t.test('a failure counts as a second at least', async (t) => {
  const latency = new PeerLatency(DECAY_MS)
  latency.failed(2, 0)
  t.equal(latency.at(0), 1_000)
  latency.failed(7_000, 0)
  t.equal(latency.at(0), 7_000)
})
