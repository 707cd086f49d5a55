// Figures of how keys are shared out among peers: exact for the same keys and peers, whatever the machine.

import type { Balancer } from '../../edge/balance/balancer.ts'
import { Peer } from '../../edge/balance/peer.ts'
import { SeededRandom } from './seeded-random.ts'
import { zipf } from './zipf.ts'

const NONE: readonly Peer[] = []

/** A way to build a balancer. */
export type Build = (peers: readonly Peer[]) => Balancer

/** `count` peers of weight 1, or of weights that repeat. */
export function peersOf(count: number, weights: readonly number[] = [1]): Peer[] {
  return Array.from({ length: count }, (_, i) => new Peer(`10.0.${i >> 8}.${i & 255}:8080`, weights[i % weights.length]!))
}

/** Keys like those of a shop, 47 characters each. */
export function pathsOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `/catalogue/department-17/product/${String(i).padStart(8, '0')}.html?`)
}

/** Who each key belongs to, by address. */
export function mappingOf(balancer: Balancer, keys: readonly string[], tried: readonly Peer[] = NONE): string[] {
  return keys.map((key) => balancer.pick(key, tried, 0)?.address ?? 'nobody')
}

/** The load of the busiest peer beside its share by weight: 1 is ideal. */
export function peakToMean(build: Build, peers: readonly Peer[], keys: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const address of mappingOf(build(peers), keys)) counts.set(address, (counts.get(address) ?? 0) + 1)
  const weight = peers.reduce((sum, peer) => sum + peer.weight, 0)
  return Math.max(...peers.map((peer) => ((counts.get(peer.address) ?? 0) * weight) / (keys.length * peer.weight)))
}

/** What a peer that leaves, or that comes back, moves. */
export interface Moves {
  /** The keys that moved, 0..1 of all. */
  readonly ratio: number
  /** The keys that moved though they were not of the one that left, 0..1 of all. */
  readonly strayRatio: number
  /** What must move: the share of its weight. */
  readonly idealRatio: number
}

/** The keys that move when one of the peers leaves; as many move back when it comes. */
export function movesWithout(build: Build, peers: readonly Peer[], left: Peer, keys: readonly string[]): Moves {
  const before = mappingOf(build(peers), keys)
  const after = mappingOf(build(peers.filter((peer) => peer !== left)), keys)
  let moved = 0
  let strays = 0
  for (const [at, address] of before.entries()) {
    if (address === after[at]) continue
    moved++
    if (address !== left.address) strays++
  }
  const weight = peers.reduce((sum, peer) => sum + peer.weight, 0)
  return { ratio: moved / keys.length, strayRatio: strays / keys.length, idealRatio: left.weight / weight }
}

/** Requests that begin, and end by chance, so that at most `atOnce` are in flight; gives each as its peer is chosen. */
export function* loadOf(balancer: Balancer, draw: () => string, requests: number, atOnce: number, random: SeededRandom): Generator<Peer> {
  const running: Peer[] = []
  for (let request = 0; request < requests; request++) {
    if (running.length >= atOnce) {
      const at = random.integer(0, running.length - 1)
      running[at]!.inFlight--
      running[at] = running.at(-1)!
      running.length--
    }
    const peer = balancer.pick(draw(), NONE, request)!
    yield peer
    peer.inFlight++
    running.push(peer)
  }
}

/** Load under a Zipf demand, 500 requests in flight. */
export function peaksUnderLoad(build: Build, size: number, keys: readonly string[]): { peak: number; divertedRatio: number } {
  const random = new SeededRandom(17)
  const rank = zipf(keys.length, 1, random)
  const order = keys.map((key) => ({ key, at: random.next() })).sort((a, b) => a.at - b.at)
  const peers = peersOf(size)
  const plain = build(peersOf(size))
  let key = ''
  const draw = () => {
    key = order[rank()]!.key
    return key
  }
  let [requests, diverted, peaks, readings] = [0, 0, 0, 0]
  for (const peer of loadOf(build(peers), draw, 60_000, 500, random)) {
    requests++
    if (plain.pick(key, NONE, 0)!.address !== peer.address) diverted++
    if (requests < 10_000 || requests % 100 !== 0) continue
    readings++
    peaks += (Math.max(...peers.map(({ inFlight }) => inFlight)) * size) / peers.reduce((sum, { inFlight }) => sum + inFlight, 0)
  }
  return { peak: peaks / readings, divertedRatio: diverted / requests }
}
