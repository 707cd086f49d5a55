// How the peers of a worker are doing, all of them and not only those in trouble: for who looks at one edge.

import { isEjected, isFit, isInMaintenance, isUsable } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import type { Clock, Ports } from '../base/ports.ts'
import type { PoolPlan } from '../config/snapshot.ts'

/** The most peers that are read at once; a pool can be asked for by itself. */
export const MAX_READ_PEERS = 5_000

/** How a peer stands; of several reasons against it the one that lasts. */
export type PeerStanding = 'in service' | 'maintenance' | 'unhealthy' | 'ejected'

/** How a worker sees a peer. */
export interface PeerReading {
  readonly address: string
  readonly weight: number
  readonly standing: PeerStanding
  /** When an ejection or maintenance ends, by the wall clock; null where nothing ends by the clock. */
  readonly untilMs: number | null
  /** Why it is out; empty when it is not. */
  readonly cause: string
  readonly inFlight: number
  readonly tunnels: number
  readonly consecutiveFailures: number
  /** What `peak-ewma` goes by; null where nobody does. */
  readonly latencyMs: number | null
}

/** How a worker sees a pool. */
export interface PoolReading {
  readonly pool: string
  readonly panic: boolean
  /** Peers of the pool, and those that may be chosen. */
  readonly of: number
  readonly usable: number
  readonly peers: readonly PeerReading[]
}

/** How these pools are doing. @param pool only this one; all when null */
export function poolReadings(pools: Iterable<PoolPlan>, pool: string | null, clock: Clock): PoolReading[] {
  const readings: PoolReading[] = []
  const nowMs = clock.monotonicMs()
  const toWallMs = clock.wallMs() - nowMs
  let left = MAX_READ_PEERS
  for (const { id, peers, panic } of pools) {
    if (pool !== null && id !== pool) continue
    const read = peers.slice(0, left).map((peer) => peerReading(peer, nowMs, toWallMs))
    left -= read.length
    const usable = peers.filter((peer) => isUsable(peer, nowMs)).length
    readings.push({ pool: id, panic: panic?.holds(nowMs) === true, of: peers.length, usable, peers: read })
  }
  return readings
}

/** Shows which of these pools are in panic. */
export function gaugePanic(pools: Iterable<PoolPlan>, { clock, metrics }: Pick<Ports, 'clock' | 'metrics'>): void {
  const nowMs = clock.monotonicMs()
  for (const { id, panic } of pools) if (panic !== null) metrics.gauge('weir_pool_panic', [id]).set(panic.holds(nowMs) ? 1 : 0)
}

function peerReading(peer: Peer, nowMs: number, toWallMs: number): PeerReading {
  const { address, weight, inFlight, tunnels, consecutiveFailures } = peer
  const { standing, untilMs, cause } = standingOf(peer, nowMs)
  return {
    address,
    weight,
    standing,
    untilMs: untilMs === null ? null : Math.round(untilMs + toWallMs),
    cause,
    inFlight,
    tunnels,
    consecutiveFailures,
    latencyMs: peer.latency === null ? null : peer.latency.at(nowMs),
  }
}

function standingOf(
  peer: Peer,
  nowMs: number,
): { readonly standing: PeerStanding; readonly untilMs: number | null; readonly cause: string } {
  const { ejection } = peer
  if (isFit(peer, nowMs)) return { standing: 'in service', untilMs: null, cause: '' }
  if (isInMaintenance(peer, nowMs)) return { standing: 'maintenance', untilMs: peer.maintenanceUntilMs, cause: peer.maintenanceCause }
  if (peer.health === 'unhealthy') return { standing: 'unhealthy', untilMs: null, cause: peer.healthCause }
  if (ejection.state === 'in' || !isEjected(peer, nowMs)) return { standing: 'in service', untilMs: null, cause: '' }
  return { standing: 'ejected', untilMs: ejection.untilMs, cause: ejection.reason?.cause ?? '' }
}
