// The page of pools: what each worker sees of them, added up, with what the checks of the edge say.

import type { CheckReading } from '../health/health-checker.ts'
import type { PeerReading, PoolReading } from '../pipeline/pool-reading.ts'

/** A peer over all workers. */
export interface PeerPage extends PeerReading {
  /** How many workers leave it out; the other members of a peer that some leave out are those of one of them. */
  readonly outAtWorkers: number
  /** What active checks say; null where nobody checks. */
  readonly check: CheckReading | null
}

/** A pool over all workers; in panic when it is at one of them. */
export interface PoolPage extends Omit<PoolReading, 'peers'> {
  readonly peers: readonly PeerPage[]
}

/** The pools of an edge. @param workers what each of them sees @param checkOf what the checks say of a peer */
export function poolsPage(
  workers: readonly (readonly PoolReading[])[],
  checkOf: (pool: string, address: string) => CheckReading | null,
): PoolPage[] {
  const pools = Map.groupBy(workers.flat(), ({ pool }) => pool)
  return [...pools].map(([pool, seen]) => ({
    pool,
    panic: seen.some(({ panic }) => panic),
    of: Math.max(...seen.map((each) => each.of)),
    // The least that any worker has.
    usable: Math.min(...seen.map(({ usable }) => usable)),
    peers: peersOf(seen).map((peers) => ({ ...merged(peers), check: checkOf(pool, peers[0]!.address) })),
  }))
}

function peersOf(seen: readonly PoolReading[]): PeerReading[][] {
  return [
    ...Map.groupBy(
      seen.flatMap(({ peers }) => peers),
      ({ address }) => address,
    ).values(),
  ]
}

function merged(peers: readonly PeerReading[]): Omit<PeerPage, 'check'> {
  const out = peers.filter(({ standing }) => standing !== 'in service')
  const latencies = peers.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]))
  const sum = (read: (peer: PeerReading) => number) => peers.reduce((total, peer) => total + read(peer), 0)
  return {
    ...(out[0] ?? peers[0]!),
    inFlight: sum(({ inFlight }) => inFlight),
    tunnels: sum(({ tunnels }) => tunnels),
    consecutiveFailures: Math.max(...peers.map(({ consecutiveFailures }) => consecutiveFailures)),
    latencyMs: latencies.length === 0 ? null : latencies.reduce((total, each) => total + each, 0) / latencies.length,
    outAtWorkers: out.length,
  }
}
