import t from 'tap'
import type { Balancer } from '../../../edge/balance/balancer.ts'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { Ketama, MAX_TOTAL_WEIGHT } from '../../../edge/balance/ketama.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const NOW_MS = 1_000
const KEYS = Array.from({ length: 5_000 }, (_, index) => `/product/${index}`)

function pool(...weights: number[]): Peer[] {
  return weights.map((weight, index) => new Peer(`10.0.0.${index + 1}:8080`, weight))
}

function ringOf(peers: readonly Peer[]): Balancer {
  return new HashBalancer(peers, new Ketama(peers))
}

function mapping(ring: Balancer, tried: readonly Peer[] = []): (string | undefined)[] {
  return KEYS.map((key) => ring.pick(key, tried, NOW_MS)?.address)
}

function eject(peer: Peer): void {
  peer.ejection = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 500, doublings: 0 }
}

t.test('a key stays with its peer, whatever else was asked', async (t) => {
  const peers = pool(1, 2, 3)
  t.same(mapping(ringOf(peers)), mapping(ringOf(peers)))
})

t.test('peers get keys by their weight', async (t) => {
  const counts = new Map<string | undefined, number>()
  for (const address of mapping(ringOf(pool(1, 1, 8)))) counts.set(address, (counts.get(address) ?? 0) + 1)
  const share = (counts.get('10.0.0.3:8080') ?? 0) / KEYS.length
  t.ok(share > 0.72 && share < 0.88, `${share} of the keys for 8 of 10`)
})

t.test('when a peer is ejected only its keys move, and they go to several others', async (t) => {
  const peers = pool(1, 1, 1, 1, 1)
  const ring = ringOf(peers)
  const before = mapping(ring)
  eject(peers[2]!)
  const after = mapping(ring)
  const moved = KEYS.map((_, index) => index).filter((index) => before[index] !== after[index])
  t.same(new Set(moved.map((index) => before[index])), new Set([peers[2]!.address]))
  t.equal(moved.length, before.filter((address) => address === peers[2]!.address).length)
  t.equal(new Set(moved.map((index) => after[index])).size, 4)
})

t.test('a tried peer gives way to the one that gets its keys when it is ejected', async (t) => {
  const peers = pool(1, 2, 1)
  const ring = ringOf(peers)
  const afterTry = mapping(ring, [peers[1]!])
  eject(peers[1]!)
  t.same(afterTry, mapping(ring))
})

t.test('the order of the peers does not matter', async (t) => {
  const peers = pool(3, 1, 2, 5)
  t.same(mapping(ringOf(peers)), mapping(ringOf([...peers].reverse())))
})

t.test('when all are ejected keys stay where they were', async (t) => {
  const peers = pool(1, 1, 1)
  const ring = ringOf(peers)
  const before = mapping(ring)
  peers.forEach(eject)
  t.same(mapping(ring), before)
})

t.test('when all were tried, or there are none, there is no peer', async (t) => {
  const peers = pool(1, 1)
  t.equal(ringOf(peers).pick('/', peers, NOW_MS), null)
  t.equal(ringOf([]).pick('/', [], NOW_MS), null)
})

t.test('requests without a key are dealt out in turn, by weight', async (t) => {
  const peers = pool(1, 2)
  const ring = ringOf(peers)
  const dealt = Array.from({ length: 6 }, () => peers.indexOf(ring.pick('', [], NOW_MS)!))
  t.same(dealt, [1, 0, 1, 1, 0, 1])
})

t.test('a path takes no port, and an address is split where nginx splits it', async (t) => {
  // Other texts of the same HOST and PORT have the same points, so the first peer named gets all keys.
  for (const [one, same] of [
    ['unix:/run/a:80', 'UNIX:/run/a:80'],
    ['origin:', 'origin'],
  ] as const) {
    const first = new Peer(one, 1)
    const ring = ringOf([first, new Peer(same, 1)])
    t.ok(KEYS.every((key) => ring.pick(key, [], NOW_MS) === first))
  }
  const [tcp, unix] = [new Peer('/run/a:80', 1), new Peer('unix:/run/a:80', 1)]
  const ring = ringOf([tcp, unix])
  t.ok(
    KEYS.some((key) => ring.pick(key, [], NOW_MS) === unix),
    'a path with a colon is not split',
  )
})

t.test('weights beyond the largest sum are scaled down, and nobody loses all its points', async (t) => {
  const peers = pool(1, MAX_TOTAL_WEIGHT, 3 * MAX_TOTAL_WEIGHT)
  const ring = ringOf(peers)
  const seen = new Set<string | undefined>()
  let heaviest = 0
  for (let key = 0; key < 50_000; key++) {
    const peer = ring.pick(String(key), [], NOW_MS)
    seen.add(peer?.address)
    if (peer === peers[2]) heaviest++
  }
  t.equal(seen.size, 3)
  t.ok(Math.abs(heaviest / 50_000 - 0.75) < 0.02, `${heaviest}`)
})
