import t from 'tap'
import type { Balancer } from '../../../edge/balance/balancer.ts'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { Ketama } from '../../../edge/balance/ketama.ts'
import { keyPoint } from '../../../edge/balance/key-point.ts'
import { PanicWatch } from '../../../edge/balance/panic.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { RoundRobin } from '../../../edge/balance/round-robin.ts'
import { Tiers } from '../../../edge/balance/tiers.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOW_MS = 1_000
const KEYS = Array.from({ length: 4_000 }, (_, i) => `/item/${i}`)

function peersNamed(name: string, count: number, weight = 1): Peer[] {
  return Array.from({ length: count }, (_, index) => new Peer(`${name}-${index}:80`, weight))
}

function eject(...peers: Peer[]): void {
  for (const peer of peers) peer.ejection = { state: 'ejected', untilMs: NOW_MS + 5_000, lengthMs: 5_000, doublings: 0 }
}

function tiersOf(build: (peers: readonly Peer[]) => Balancer, ...tiers: Peer[][]): Tiers {
  const random = new SeededRandom(5)
  const pointOf = build === hashed ? (key: string) => keyPoint(key, 1) : () => random.next()
  return new Tiers(
    tiers.map((peers) => ({ peers, balancer: build(peers) })),
    pointOf,
  )
}

const hashed = (peers: readonly Peer[]) => new HashBalancer(peers, new Ketama(peers))
const dealt = (peers: readonly Peer[]) => new RoundRobin(peers)

/** The part of picks that went to these peers. */
function partOf(tiers: Tiers, peers: readonly Peer[], tried: readonly Peer[] = [], nowMs = NOW_MS): number {
  const hits = KEYS.filter((key) => peers.includes(tiers.pick(key, tried, nowMs)!))
  return hits.length / KEYS.length
}

const near = (part: number, wanted: number) => Math.abs(part - wanted) < 0.03

for (const [name, build] of [
  ['hashing', hashed],
  ['dealing', dealt],
] as const) {
  t.test(`${name}: who stands by is asked by nobody while the first tier is well, or nearly so`, async (t) => {
    const [main, standby] = [peersNamed('main', 10), peersNamed('standby', 2)]
    t.equal(partOf(tiersOf(build, main, standby), standby), 0)
    eject(main[0]!, main[1]!)
    t.equal(partOf(tiersOf(build, main, standby), standby), 0, '8 of 10 bear everything')
  })

  t.test(`${name}: what the usable part of a tier cannot bear goes to the next`, async (t) => {
    const [main, standby] = [peersNamed('main', 4), peersNamed('standby', 2)]
    eject(main[0]!, main[1]!)
    const part = partOf(tiersOf(build, main, standby), standby)
    t.ok(near(part, 0.3), `1 - 1.4 × 2/4 = 0.3, got ${part}`)
    eject(...main)
    t.equal(partOf(tiersOf(build, main, standby), standby), 1)
  })

  t.test(`${name}: three tiers fill up one after the other`, async (t) => {
    const [one, two, three] = [peersNamed('one', 4), peersNamed('two', 4), peersNamed('three', 4)]
    eject(...one.slice(1), ...two.slice(1))
    const tiers = tiersOf(build, one, two, three)
    t.ok(near(partOf(tiers, one), 0.35) && near(partOf(tiers, two), 0.35) && near(partOf(tiers, three), 0.3))
    eject(...three)
    const left = tiersOf(build, one, two, three)
    t.ok(near(partOf(left, one), 0.5) && near(partOf(left, two), 0.5), 'where all together cannot bear it, each gets its part')
  })
}

t.test('a key that stays with its tier stays with its peer', async (t) => {
  const [main, standby] = [peersNamed('main', 4), peersNamed('standby', 2)]
  const before = new Map(KEYS.map((key) => [key, tiersOf(hashed, main, standby).pick(key, [], NOW_MS)!]))
  eject(main[0]!, main[1]!)
  const after = tiersOf(hashed, main, standby)
  const moved = KEYS.filter((key) => {
    const [was, is] = [before.get(key)!, after.pick(key, [], NOW_MS)!]
    return was !== is && !standby.includes(is) && main.indexOf(was) > 1
  })
  t.same(moved, [], 'only the keys of those that are out move within the tier')
})

t.test('by weight, not by heads', async (t) => {
  const [heavy, light, standby] = [peersNamed('heavy', 1, 8), peersNamed('light', 2, 1), peersNamed('standby', 1)]
  eject(...light)
  t.equal(partOf(tiersOf(dealt, [...heavy, ...light], standby), standby), 0, '8 of 10 is left')
})

t.test('a retry goes to the next tier when the first has no other peer', async (t) => {
  const [main, standby] = [peersNamed('main', 1), peersNamed('standby', 1)]
  const tiers = tiersOf(hashed, main, standby)
  t.equal(tiers.pick('/a', main, NOW_MS), standby[0])
  t.equal(tiers.pick('/a', [...main, ...standby], NOW_MS), null)
})

t.test('a tier that is out as a whole is passed at once, whenever it was looked at last', async (t) => {
  const [main, standby] = [peersNamed('main', 2), peersNamed('standby', 1)]
  const tiers = tiersOf(hashed, main, standby)
  t.ok(main.includes(tiers.pick('/a', [], NOW_MS)!))
  eject(...main)
  t.equal(tiers.pick('/a', [], NOW_MS + 1), standby[0])
})

t.test('when everybody is out the first tier is tried before the others', async (t) => {
  const [main, standby] = [peersNamed('main', 2), peersNamed('standby', 1)]
  eject(...main, ...standby)
  const tiers = tiersOf(dealt, main, standby)
  t.equal(partOf(tiers, main), 1)
  t.equal(tiers.pick('/a', main, NOW_MS), standby[0])
})

t.test('a tier is come back to when its peers are', async (t) => {
  const [main, standby] = [peersNamed('main', 2), peersNamed('standby', 1)]
  eject(...main)
  const tiers = tiersOf(hashed, main, standby)
  t.equal(partOf(tiers, standby), 1)
  t.equal(partOf(tiers, main, [], NOW_MS + 6_000), 1)
})

t.test('in panic the tiers share by who is fit, and all peers are used', async (t) => {
  const [main, standby] = [peersNamed('main', 4), peersNamed('standby', 4)]
  const panic = new PanicWatch([main, standby], 0.5)
  for (const peer of [...main, ...standby]) peer.panic = panic
  eject(...main.slice(1), ...standby.slice(1))
  const tiers = tiersOf(dealt, main, standby)
  t.ok(near(partOf(tiers, main), 0.5))
  t.ok(partOf(tiers, [main[3]!]) > 0.05)
})

t.test('a backup that is well bears what a first tier in ruins cannot, without panic', async (t) => {
  const [main, standby] = [peersNamed('main', 4), peersNamed('standby', 2)]
  const panic = new PanicWatch([main, standby], 0.5)
  for (const peer of [...main, ...standby]) peer.panic = panic
  eject(...main)
  t.equal(partOf(tiersOf(hashed, main, standby), standby), 1)
})
