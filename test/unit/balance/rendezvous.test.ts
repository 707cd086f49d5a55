import t from 'tap'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { Rendezvous } from '../../../edge/balance/rendezvous.ts'
import { mappingOf, movesWithout, pathsOf, peakToMean, peersOf } from '../../support/balance-figures.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const KEYS = pathsOf(100_000)
const SIZES = [10, 100, 1_000]
const build = (peers: readonly Peer[]) => new HashBalancer(peers, new Rendezvous(peers))

for (const size of SIZES) {
  t.test(`one of ${size} that leaves or comes moves its own keys alone, within 10 % of its share over a few peers`, async (t) => {
    const peers = peersOf(size)
    const random = new SeededRandom(size)
    const tenth = Array.from({ length: Math.max(1, size / 50) }, () => random.pick(peers))
    const moves = tenth.map((peer) => movesWithout(build, peers, peer, KEYS))
    t.same(new Set(moves.map(({ strayRatio }) => strayRatio)), new Set([0]))
    const mean = moves.reduce((sum, { ratio }) => sum + ratio, 0) / moves.length
    t.ok(Math.abs(mean * size - 1) < 0.1, `${mean * size} of the ideal share`)
  })
}

t.test('keys are shared out evenly', async (t) => {
  // 100,000 keys over 1,000 peers: chance alone gives the luckiest some 33 % above the mean.
  for (const [size, most] of [
    [10, 1.03],
    [100, 1.12],
    [1_000, 1.4],
  ] as const) {
    const peak = peakToMean(build, peersOf(size), KEYS)
    t.ok(peak < most, `${size} peers: ${peak}`)
  }
})

t.test('keys are shared out by weight, and a peer of any weight moves its own keys alone', async (t) => {
  const peers = peersOf(60, [1, 2, 5, 1])
  t.ok(peakToMean(build, peers, KEYS) < 1.12)
  for (const left of peers.slice(0, 3)) {
    const { ratio, strayRatio, idealRatio } = movesWithout(build, peers, left, KEYS)
    t.equal(strayRatio, 0)
    t.ok(Math.abs(ratio / idealRatio - 1) < 0.1, `${ratio} of ${idealRatio}`)
  }
})

t.test('a weight that changes moves keys to or from its peer alone', async (t) => {
  const peers = peersOf(20, [1, 2])
  const before = mappingOf(build(peers), KEYS)
  const heavier = new Peer(peers[4]!.address, 3)
  const after = mappingOf(build(peers.with(4, heavier)), KEYS)
  const gained = KEYS.filter((_, at) => before[at] !== after[at])
  t.ok(gained.length > 0)
  t.ok(KEYS.every((_, at) => before[at] === after[at] || after[at] === heavier.address))
})

t.test('the order in which peers are listed does not matter, nor who was there before', async (t) => {
  const random = new SeededRandom(4)
  for (const size of [7, 70]) {
    const peers = peersOf(size, [1, 1, 3])
    const shuffled = peers.map((peer) => ({ peer, at: random.next() })).sort((a, b) => a.at - b.at)
    const listed = shuffled.map(({ peer }) => peer)
    t.same(mappingOf(build(listed), KEYS), mappingOf(build(peers), KEYS))
  }
})

t.test('a pool that grows past the size from which owners are kept moves no other keys', async (t) => {
  const keys = KEYS.slice(0, 20_000)
  const peers = peersOf(65)
  for (const left of [peers[64]!, peers[3]!]) t.equal(movesWithout(build, peers, left, keys).strayRatio, 0)
})

t.test('a sick peer moves its own keys alone, to where they stay if it leaves', async (t) => {
  for (const size of [5, 90]) {
    const peers = peersOf(size)
    const sick = peers[2]!
    sick.ejection = { state: 'ejected', untilMs: 1, lengthMs: 1, doublings: 0 }
    const left = build(peers.filter((peer) => peer !== sick))
    t.same(mappingOf(build(peers), KEYS.slice(0, 20_000)), mappingOf(left, KEYS.slice(0, 20_000)))
  }
})
