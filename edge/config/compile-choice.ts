// How a pool chooses among its peers, beyond the way its balancer has: which of them stand before the others.

import type { Balancer } from '../balance/balancer.ts'
import { keyPoint } from '../balance/key-point.ts'
import type { Peer } from '../balance/peer.ts'
import { Tiers } from '../balance/tiers.ts'
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

/** The balancer of a pool: one for all of its peers, or one for each of its tiers. @param build the balancer over some peers, by the pool's own way */
export function choiceOf(
  pool: PoolConfig,
  candidates: readonly Candidate[],
  place: Place,
  build: (peers: readonly Peer[]) => Balancer,
): Balancer {
  const tiers = tiersOf(pool, candidates, place.zone)
  if (tiers.length <= 1) return build(candidates.map(({ peer }) => peer))
  const hashes = hashesKeys(pool)
  // What has no key has nothing to be kept together by.
  const pointOf = (key: string) => (hashes && key !== '' ? keyPoint(key, TIER_SALT) : place.chance())
  return new Tiers(
    tiers.map((peers) => ({ peers, balancer: build(peers) })),
    pointOf,
  )
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

function hashesKeys({ balance }: PoolConfig): boolean {
  return balance !== 'round-robin' && balance !== 'least-request'
}
