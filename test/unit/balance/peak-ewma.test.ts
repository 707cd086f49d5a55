import t from 'tap'
import { PeakEwma } from '../../../edge/balance/peak-ewma.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { PeerLatency } from '../../../edge/balance/peer-latency.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

function pool(...weights: number[]): Peer[] {
  return weights.map((weight, index) => {
    const peer = new Peer(`peer-${index}:80`, weight)
    peer.latency = new PeerLatency(10_000)
    return peer
  })
}

function balancerOf(peers: readonly Peer[]): PeakEwma {
  const random = new SeededRandom(3)
  return new PeakEwma(peers, () => random.next())
}

function counts(peers: readonly Peer[], picks: number, nowMs: number, tried: readonly Peer[] = []): number[] {
  const balancer = balancerOf(peers)
  const counted = peers.map(() => 0)
  for (let pick = 0; pick < picks; pick++) counted[peers.indexOf(balancer.pick('', tried, nowMs)!)]!++
  return counted
}

t.test('of two peers the one that would answer sooner is picked', async (t) => {
  const peers = pool(1, 1)
  peers[0]!.latency!.answered(30, 0)
  peers[1]!.latency!.answered(10, 0)
  t.same(counts(peers, 100, 0), [0, 100])
  peers[1]!.inFlight = 3
  t.same(counts(peers, 100, 0), [100, 0], '30 × 1 is less than 10 × 4')
  peers[0]!.inFlight = 1
  t.same(counts(peers, 100, 0), [0, 100])
})

t.test('a heavier peer bears more', async (t) => {
  const peers = pool(1, 4)
  for (const peer of peers) peer.latency!.answered(10, 0)
  peers[1]!.inFlight = 2
  t.same(counts(peers, 100, 0), [0, 100])
})

t.test('a peer that was never heard is probed by one request at a time', async (t) => {
  const peers = pool(1, 1)
  peers[0]!.latency!.answered(500, 0)
  t.same(counts(peers, 100, 0), [0, 100])
  peers[1]!.inFlight = 1
  t.same(counts(peers, 100, 0), [100, 0])
})

t.test('a peer that stalled is asked again when it has faded', async (t) => {
  const peers = pool(1, 1)
  peers[0]!.latency!.answered(10, 0)
  peers[1]!.latency!.answered(2_000, 0)
  t.same(counts(peers, 100, 0), [100, 0])
  peers[0]!.latency!.answered(10, 60_000)
  t.same(counts(peers, 100, 60_000), [0, 100])
})

t.test('an idle pool that answers alike is dealt out by weight; tried peers are passed over', async (t) => {
  const peers = pool(1, 3)
  const [light, heavy] = counts(peers, 4_000, 0) as [number, number]
  t.ok(heavy / light > 2.6 && heavy / light < 3.4, `${heavy}:${light}`)
  t.same(counts(peers, 100, 0, [peers[1]!]), [100, 0])
  t.equal(balancerOf(peers).pick('', peers, 0), null)
})

t.test('one of three peers that answers ten times slower gets a small part of the requests', async (t) => {
  const peers = pool(1, 1, 1)
  const balancer = balancerOf(peers)
  const tookMs = [10, 10, 100]
  const sent = [0, 0, 0]
  const ends: { atMs: number; peer: number }[] = []
  for (let nowMs = 0; nowMs < 20_000; nowMs += 5) {
    for (const end of ends.splice(0)) {
      if (end.atMs > nowMs) ends.push(end)
      else {
        peers[end.peer]!.inFlight--
        peers[end.peer]!.latency!.answered(tookMs[end.peer]!, nowMs)
      }
    }
    const index = peers.indexOf(balancer.pick('', [], nowMs)!)
    peers[index]!.inFlight++
    sent[index]!++
    ends.push({ atMs: nowMs + tookMs[index]!, peer: index })
  }
  const part = sent[2]! / (sent[0]! + sent[1]! + sent[2]!)
  t.ok(part < 0.1 && sent[2]! > 0, sent.join(' '))
})
