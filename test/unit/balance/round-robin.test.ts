import t from 'tap'
import { Peer } from '../../../edge/balance/peer.ts'
import { RoundRobin } from '../../../edge/balance/round-robin.ts'

const NOW_MS = 1_000

function pool(weights: Readonly<Record<string, number>>): Peer[] {
  return Object.entries(weights).map(([name, weight]) => new Peer(name, weight))
}

function picks(balancer: RoundRobin, count: number, tried: readonly Peer[] = []): string {
  return Array.from({ length: count }, () => balancer.pick('', tried, NOW_MS)?.address ?? '-').join('')
}

t.test('weights are dealt out smoothly, as nginx deals', async (t) => {
  t.equal(picks(new RoundRobin(pool({ a: 5, b: 1, c: 1 })), 14), 'aabacaaaabacaa')
  t.equal(picks(new RoundRobin(pool({ a: 1, b: 1, c: 1 })), 6), 'abcabc')
})

t.test('an ejected peer is passed over and gets no more than its share when it is back', async (t) => {
  const peers = pool({ a: 1, b: 1, c: 1 })
  const balancer = new RoundRobin(peers)
  peers[1]!.ejection = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 1, doublings: 0 }
  t.equal(picks(balancer, 6), 'acacac')
  peers[1]!.ejection = { state: 'in' }
  t.match(picks(balancer, 6), /^(?:abc){2}$/)
})

t.test('a tried peer is not picked again, and nobody when all were tried', async (t) => {
  const peers = pool({ a: 9, b: 1 })
  const balancer = new RoundRobin(peers)
  t.equal(picks(balancer, 3, [peers[0]!]), 'bbb')
  t.equal(picks(balancer, 1, peers), '-')
  t.equal(picks(new RoundRobin([]), 1), '-')
})

t.test('when all are ejected all are tried', async (t) => {
  const peers = pool({ a: 1, b: 1 })
  for (const peer of peers) peer.ejection = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 1, doublings: 0 }
  t.equal(picks(new RoundRobin(peers), 4), 'abab')
})
