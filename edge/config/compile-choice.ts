// How a pool chooses among its peers, beyond the way its balancer has: which of them stand before the others.

import type { Balancer } from '../balance/balancer.ts'
import { crc32 } from '../balance/crc32.ts'
import { keyPoint } from '../balance/key-point.ts'
import type { Peer } from '../balance/peer.ts'
import { PeerLatency } from '../balance/peer-latency.ts'
import { easeIn } from '../balance/ramp.ts'
import { SlowStart } from '../balance/slow-start.ts'
import { Tiers } from '../balance/tiers.ts'
import { HASHING } from '../contract/balance.ts'
import type { PeerConfig } from '../contract/peer.ts'
import type { PoolConfig } from '../contract/pool.ts'

/** Salt of the places that keys have among the tiers. */
const TIER_SALT = 0x7469_6572

/** Where a pool is compiled. */
export interface Place {
  /** The zone of this edge; null when it has none. */
  readonly zone: string | null
  /** A number in [0, 1). */
  readonly chance: () => number
}

/** A peer as it is now, with its configuration. */
export interface Candidate {
  readonly config: PeerConfig
  readonly peer: Peer
}

/** The balancer of a pool: one for all of its peers, or one for each of its tiers; with slow start around it where that is asked for. @param build the balancer over some peers, by the pool's own way */
export function choiceOf(
  pool: PoolConfig,
  candidates: readonly Candidate[],
  place: Place,
  build: (peers: readonly Peer[]) => Balancer,
): Balancer {
  const tiers = tiersOf(pool, candidates, place.zone)
  const hashes = HASHING.has(pool.balance)
  // What has no key has nothing to be kept together by.
  const pointOf = (key: string, salt: number) => (hashes && key !== '' ? keyPoint(key, salt) : place.chance())
  const balancers = tiers.map((peers) => ({ peers, balancer: build(peers) }))
  const balancer = balancers.length > 1 ? new Tiers(balancers, (key) => pointOf(key, TIER_SALT)) : (balancers[0]?.balancer ?? build([]))
  if (pool.slowStartMs === 0) return balancer
  return new SlowStart(balancer, pool.slowStartMs, (key, peer) => pointOf(key, crc32(peer.address)))
}

/** What of a pool the choice hangs on, as one text: its balancer serves on while it stays. */
export function choiceMark({ slowStartMs, latencyDecayMs }: PoolConfig): string {
  return `${slowStartMs}/${latencyDecayMs}`
}

/** Notes of peers what the choice needs to know. @param before the peers that the pool had until now; none when it is new */
export function noteChoice(pool: PoolConfig, peers: readonly Peer[], before: readonly Peer[]): void {
  const known = new Set(before)
  for (const peer of peers) {
    // Whoever starts with the pool starts with the whole: there is nobody to spare it.
    if (pool.slowStartMs > 0 && known.size > 0 && !known.has(peer)) easeIn(peer)
    if (pool.balance !== 'peak-ewma') peer.latency = null
    else if (peer.latency === null) peer.latency = new PeerLatency(pool.latencyDecayMs)
    else peer.latency.decayMs = pool.latencyDecayMs
  }
}

/** What of a peer the choice hangs on beside its address and weight: its tier. @param zone of the edge */
export function tierOf({ zones }: PoolConfig, peer: PeerConfig, zone: string | null): number {
  const near = zones === 'ignore' || zone === null || peer.zone === zone
  return 2 * (peer.priority ?? 0) + (near ? 0 : 1)
}

function tiersOf(pool: PoolConfig, candidates: readonly Candidate[], zone: string | null): (readonly Peer[])[] {
  const tiers = new Map<number, Peer[]>()
  for (const { config, peer } of candidates) {
    const tier = tierOf(pool, config, zone)
    const peers = tiers.get(tier)
    if (peers === undefined) tiers.set(tier, [peer])
    else peers.push(peer)
  }
  return [...tiers].sort(([one], [other]) => one - other).map(([, peers]) => peers)
}
