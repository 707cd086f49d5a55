// What outlives a snapshot: peers with their health and load, and the cells that limits count in. Compiling looks things up here by
// key; a new revision forgets nothing that it should keep.

import type { Balancer } from '../balance/balancer.ts'
import type { HotSpread } from '../balance/hot-spread.ts'
import type { Peer } from '../balance/peer.ts'
import { PeerRegistry } from '../balance/peer-registry.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import type { Random } from '../base/ports.ts'
import type { SharedCells } from '../base/shared-cells.ts'
import { allocateSlots, SharedSlots } from '../base/shared-slots.ts'
import type { MirrorBook } from '../mirror/mirror-book.ts'
import type { Bulkhead } from '../resilience/bulkhead.ts'
import type { Hedges } from '../resilience/hedges.ts'
import type { PoolBreaker } from '../resilience/pool-breaker.ts'
import type { ShareBudget } from '../resilience/share-budget.ts'
import type { GroupTally } from '../traffic/group-tally.ts'
import { HealthBook } from './health-book.ts'
import { KeptPlans } from './kept-plans.ts'
import { PeerMaintenance } from './peer-maintenance.ts'

/** Peers remembered by one worker. */
const MAX_PEERS = 100_000
/** Groups of routes that are counted for. */
const MAX_TALLIES = 2_000
/** Pools whose balancers are remembered. */
const MAX_POOLS = 1_000
/** Breakers remembered: of pools, and of routes at pools. */
const MAX_BREAKERS = 20_000
/** Routes whose mirrors are remembered. */
const MAX_MIRRORED_ROUTES = 1_000

/** Bulkheads remembered: more than a site has pools, since two of one pool would not see each other's waiters. */
const MAX_BULKHEADS = 100_000

/** State that survives new configurations. */
export interface Registries {
  readonly peers: PeerRegistry
  /** What active checks say of them. */
  readonly health: HealthBook
  /** Those that operators have taken out of service. */
  readonly maintenance: PeerMaintenance
  readonly balancers: BoundedMap<string, KeptBalancer>
  /** By pool. */
  readonly hotSpreads: BoundedMap<string, HotSpread>
  readonly plans: KeptPlans
  /** By pool id, or by pool id and route id. */
  readonly breakers: BoundedMap<string, PoolBreaker>
  /** Of mirrors, by route. */
  readonly mirrors: BoundedMap<string, MirrorBook>
  readonly retryBudgets: BoundedMap<string, ShareBudget>
  /** By route and group. */
  readonly tallies: BoundedMap<string, GroupTally>
  /** By pool id. */
  readonly bulkheads: BoundedMap<string, Bulkhead>
  readonly slots: SharedSlots
  readonly hedges: BoundedMap<string, Hedges>
  readonly cells: SharedCells
  readonly random: Random
  /** The zone of this edge; null when it has none. */
  readonly zone: string | null
  /** What sticky cookies are signed with, the first; all are believed. */
  readonly cookieKeys: readonly string[]
}

/** The balancer of a pool with the peers it was built for: building a ring of a thousand peers takes a tenth of a second. */
export interface KeptBalancer {
  /** Kind, addresses and weights. */
  readonly of: string
  readonly peers: readonly Peer[]
  readonly balancer: Balancer
}

/** The registries of a worker. @param cells shared by all workers of the edge @param zone of the edge; null when it has none @param slots shared by all workers */
export function createRegistries(
  cells: SharedCells,
  random: Random,
  zone: string | null = null,
  slots: SharedSlots = new SharedSlots(allocateSlots(1, 1), 0),
): Registries {
  const perPool = { max: MAX_POOLS, whenFull: 'evict-oldest' } as const
  const peers = new PeerRegistry(MAX_PEERS)
  return {
    peers,
    health: new HealthBook(),
    maintenance: new PeerMaintenance(peers),
    balancers: new BoundedMap(perPool),
    hotSpreads: new BoundedMap(perPool),
    plans: new KeptPlans(MAX_POOLS),
    breakers: new BoundedMap({ max: MAX_BREAKERS, whenFull: 'evict-oldest' }),
    mirrors: new BoundedMap({ max: MAX_MIRRORED_ROUTES, whenFull: 'evict-oldest' }),
    bulkheads: new BoundedMap({ max: MAX_BULKHEADS, whenFull: 'evict-oldest' }),
    slots,
    retryBudgets: new BoundedMap(perPool),
    tallies: new BoundedMap({ max: MAX_TALLIES, whenFull: 'evict-oldest' }),
    hedges: new BoundedMap(perPool),
    cells,
    random,
    zone,
    cookieKeys: [],
  }
}
