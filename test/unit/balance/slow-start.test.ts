import t from 'tap'
import type { Balancer } from '../../../edge/balance/balancer.ts'
import { crc32 } from '../../../edge/balance/crc32.ts'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { keyPoint } from '../../../edge/balance/key-point.ts'
import { LeastRequest } from '../../../edge/balance/least-request.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { easeIn } from '../../../edge/balance/ramp.ts'
import { Rendezvous } from '../../../edge/balance/rendezvous.ts'
import { RoundRobin } from '../../../edge/balance/round-robin.ts'
import { SlowStart } from '../../../edge/balance/slow-start.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const hashed = (peers: readonly Peer[]) => new HashBalancer(peers, new Rendezvous(peers))
const WINDOW_MS = 10_000
const KEYS = Array.from({ length: 4_000 }, (_, i) => `/item/${i}`)

function pool(count: number): Peer[] {
  return Array.from({ length: count }, (_, index) => new Peer(`peer-${index}:80`, 1))
}

function slowly(balancer: Balancer): SlowStart {
  const random = new SeededRandom(21)
  const pointOf = balancer instanceof HashBalancer ? (key: string, peer: Peer) => keyPoint(key, crc32(peer.address)) : () => random.next()
  return new SlowStart(balancer, WINDOW_MS, pointOf)
}

const chance = new SeededRandom(4)
const WAYS: readonly [string, (peers: readonly Peer[]) => Balancer][] = [
  ['hashing', (peers) => hashed(peers)],
  ['round robin', (peers) => new RoundRobin(peers)],
  ['least request', (peers) => new LeastRequest(peers, () => chance.next())],
]

function partOf(balancer: Balancer, peer: Peer, nowMs: number): number {
  return KEYS.filter((key) => balancer.pick(key, [], nowMs) === peer).length / KEYS.length
}

for (const [name, build] of WAYS) {
  t.test(`${name}: a new peer begins with a tenth of its share and has all of it at the end`, async (t) => {
    const peers = pool(4)
    const whole = partOf(build(peers), peers[3]!, 0)
    const balancer = slowly(build(peers))
    easeIn(peers[3]!)
    const parts = [0, 5_000, 9_999, 10_000].map((nowMs) => partOf(balancer, peers[3]!, nowMs))
    t.ok(Math.abs(parts[0]! - 0.1 * whole) < 0.03, `first ${parts[0]}`)
    t.ok(Math.abs(parts[1]! - 0.55 * whole) < 0.05, `half ${parts[1]}`)
    t.ok(Math.abs(parts[3]! - whole) < 0.03, `whole ${parts[3]}`)
    t.ok(parts[0]! < parts[1]! && parts[1]! < parts[2]!)
  })

  t.test(`${name}: a peer that comes back from an ejection is let in slowly`, async (t) => {
    const peers = pool(2)
    const balancer = slowly(build(peers))
    peers[0]!.ejection = { state: 'ejected', untilMs: 1_000, lengthMs: 1_000, doublings: 0 }
    t.equal(partOf(balancer, peers[0]!, 999), 0)
    t.ok(partOf(balancer, peers[0]!, 1_000) < 0.12)
    t.ok(partOf(balancer, peers[0]!, 11_000) > 0.4)
  })

  t.test(`${name}: when everybody is new each gets its share`, async (t) => {
    const peers = pool(2)
    const balancer = slowly(build(peers))
    peers.forEach(easeIn)
    const part = partOf(balancer, peers[0]!, 0)
    t.ok(part > 0.35 && part < 0.65, `${part}`)
  })

  t.test(`${name}: a peer on its ramp that is the only one left gets everything`, async (t) => {
    const peers = pool(2)
    const balancer = slowly(build(peers))
    easeIn(peers[0]!)
    peers[1]!.ejection = { state: 'ejected', untilMs: 1_000, lengthMs: 1_000, doublings: 0 }
    t.equal(partOf(balancer, peers[0]!, 0), 1)
    t.equal(balancer.pick('/a', [peers[1]!], 0), peers[0])
    t.equal(balancer.pick('/a', peers, 0), null)
  })
}

t.test('hashing: keys move to the new peer and to nobody else, and none goes back', async (t) => {
  const peers = pool(5)
  const before = hashed(peers.slice(0, 4))
  const balancer = slowly(hashed(peers))
  easeIn(peers[4]!)
  let come = new Set<string>()
  for (let nowMs = 0; nowMs <= WINDOW_MS; nowMs += 1_000) {
    const now = new Set<string>()
    for (const key of KEYS) {
      const peer = balancer.pick(key, [], nowMs)
      if (peer === peers[4]) now.add(key)
      else if (peer !== before.pick(key, [], nowMs)) t.fail(`${key} moved between old peers`)
    }
    t.ok(
      [...come].every((key) => now.has(key)),
      'who came stays',
    )
    come = now
  }
  t.ok(come.size > KEYS.length / 8)
})
