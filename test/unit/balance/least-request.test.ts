import t from 'tap'
import { LeastRequest } from '../../../edge/balance/least-request.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOW_MS = 1_000

function pool(...weights: number[]): Peer[] {
  return weights.map((weight, index) => new Peer(`peer-${index}:80`, weight))
}

function balancerOf(peers: readonly Peer[]): LeastRequest {
  const random = new SeededRandom(11)
  return new LeastRequest(peers, () => random.next())
}

function counts(balancer: LeastRequest, peers: readonly Peer[], picks: number, tried: readonly Peer[] = []): number[] {
  const counted = peers.map(() => 0)
  for (let pick = 0; pick < picks; pick++) counted[peers.indexOf(balancer.pick('', tried, NOW_MS)!)]!++
  return counted
}

function eject(peer: Peer): void {
  peer.ejection = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 1, doublings: 0 }
}

t.test('of two peers the one with fewer requests in flight for its weight is picked', async (t) => {
  const peers = pool(1, 4)
  peers[0]!.inFlight = 2
  peers[1]!.inFlight = 7
  t.same(counts(balancerOf(peers), peers, 100), [0, 100])
  peers[1]!.inFlight = 9
  t.same(counts(balancerOf(peers), peers, 100), [100, 0])
})

t.test('the busiest of many is never picked', async (t) => {
  const peers = pool(1, 1, 1, 1, 1)
  peers[3]!.inFlight = 1
  t.equal(counts(balancerOf(peers), peers, 2_000)[3], 0)
})

t.test('an idle pool is dealt out by weight', async (t) => {
  const peers = pool(1, 3)
  const [light, heavy] = counts(balancerOf(peers), peers, 4_000) as [number, number]
  t.ok(heavy / light > 2.6 && heavy / light < 3.4, `${heavy}:${light}`)
})

t.test('requests that last keep the peers even', async (t) => {
  const peers = pool(1, 1, 1, 1, 1, 1, 1, 1)
  const balancer = balancerOf(peers)
  for (let request = 0; request < 8_000; request++) balancer.pick('', [], NOW_MS)!.inFlight++
  const loads = peers.map((peer) => peer.inFlight)
  t.ok(Math.max(...loads) - Math.min(...loads) <= 10, loads.join(' '))
})

t.test('ejected and tried peers are passed over', async (t) => {
  const peers = pool(1, 1, 1, 1)
  eject(peers[0]!)
  const [ejected, one, tried, other] = counts(balancerOf(peers), peers, 1_000, [peers[2]!])
  t.same([ejected, tried], [0, 0])
  t.ok(one! > 400 && other! > 400)
})

t.test('when one peer is left it is found, however unlucky the draws', async (t) => {
  const peers = pool(1, 1, 1, 1, 1, 1)
  for (const index of [0, 1, 2, 4, 5]) eject(peers[index]!)
  const unlucky = new LeastRequest(peers, () => 0)
  t.equal(unlucky.pick('', [], NOW_MS), peers[3])
})

t.test('when all are ejected all are tried; when all were tried there is nobody', async (t) => {
  const peers = pool(1, 1)
  peers.forEach(eject)
  const [one, other] = counts(balancerOf(peers), peers, 1_000) as [number, number]
  t.ok(one > 400 && other > 400)
  t.equal(balancerOf(peers).pick('', peers, NOW_MS), null)
  t.equal(balancerOf([]).pick('', [], NOW_MS), null)
})
