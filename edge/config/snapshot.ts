// The snapshot: everything an exchange is decided by, compiled, immutable, replaced as a whole. An exchange takes it once.
// What must outlive it (breakers, health, counts, cache) is in the registries and only referred to from here.

import type { Balancer } from '../balance/balancer.ts'
import type { Outliers } from '../balance/outliers.ts'
import type { PanicWatch } from '../balance/panic.ts'
import type { Peer } from '../balance/peer.ts'
import type { Sticky } from '../balance/sticky.ts'
import type { RecentTexts } from '../base/recent-texts.ts'
import type { TextMemo } from '../base/text-memo.ts'
import type { KeyPlan } from '../cache/key-plan.ts'
import type { ClientAddressRule } from '../client/client-address.ts'
import type { CrawlerAgents } from '../client/crawler-agents.ts'
import type { HashKey } from '../contract/balance.ts'
import type { BatchConfig } from '../contract/batch.ts'
import type { FallbackConfig } from '../contract/degrade.ts'
import type { KeySource } from '../contract/key-source.ts'
import type { MirrorConfig } from '../contract/mirror.ts'
import type { PoolConfig } from '../contract/pool.ts'
import type { RouteConfig } from '../contract/route.ts'
import type { StickyConfig } from '../contract/sticky.ts'
import type { SwitchIndex } from '../degrade/switch-index.ts'
import type { AddressSet } from '../http/address.ts'
import type { AuthorityForms } from '../http/host.ts'
import type { Gcra } from '../limit/gcra.ts'
import type { QuotaPolicy } from '../limit/limit-fields.ts'
import type { MirrorBook } from '../mirror/mirror-book.ts'
import type { Hedges } from '../resilience/hedges.ts'
import type { BreakerAt, PoolDoor } from '../resilience/pool-door.ts'
import type { ShareBudget } from '../resilience/share-budget.ts'
import type { Predicate } from '../route/predicate.ts'
import type { RouteSeries } from '../route/route-series.ts'
import type { RouteTable } from '../route/route-table.ts'
import type { GroupTally } from '../traffic/group-tally.ts'
import type { Hop } from '../upstream/upstream.ts'
import type { KnownTarget } from './target-memo.ts'

/** A fallback whose body is ready to be sent. */
export interface FallbackPlan {
  readonly config: FallbackConfig
  readonly bytes: Uint8Array
}

/** Something that stands in for a pool. */
export type StandIn =
  | { readonly kind: 'stale' | 'static' | 'closed' }
  | { readonly kind: 'pool'; readonly id: string }
  | { readonly kind: 'fallback'; readonly plan: FallbackPlan }

/** A route, its references resolved. Pools and limits are looked up by id, since they change more often than routes do. */
export interface RoutePlan {
  // What each memory hit reads stands first, so that it lies in one piece.
  /** Where it is counted; null until it first is. */
  series: RouteSeries | null
  /** What its answers are kept under. */
  readonly key: KeyPlan
  readonly limits: readonly string[]
  /** Its groups; null when all requests are of one. */
  readonly split: SplitPlan | null
  /** Value of Strict-Transport-Security; null leaves it to the origin. */
  readonly hsts: string | null
  readonly respond: FallbackPlan | null
  /** Where copies of its requests go; null when there are none. */
  readonly mirror: MirrorPlan | null
  /** Whether anything of it may be kept. */
  readonly stores: boolean
  /** Entries of one key, 1 or more. */
  readonly maxVariants: number
  /** Whether its answers may be compressed here. */
  readonly compresses: boolean
  readonly config: RouteConfig
  readonly id: string
  readonly pool: string | null
  /** For unsafe methods; null sends them where the safe ones go. */
  readonly writePool: string | null
  readonly crawlerPool: string | null
  readonly fallback: FallbackPlan | null
  /** What stands in when its pool cannot answer, in this order. */
  readonly whenDown: readonly StandIn[]
  /** What all that it keeps may be purged by. */
  readonly tags: readonly string[]
  /** Its own breakers at the pools that it asks; null when it has none. */
  readonly breakerAt: BreakerAt | null
  /** How it fares as the route of a group; null when it is of none. */
  readonly tally: TallyPlan | null
  /** How its reads of single items are collected; null when they are not. */
  readonly batch: BatchPlan | null
}

/** How reads of single items are collected. */
export interface BatchPlan {
  readonly config: BatchConfig
  /** Fields, in lower case, that a bulk request has from its single requests, which must be alike in them. */
  readonly fields: readonly string[]
}

/** Where a group is counted. */
export interface TallyPlan {
  readonly own: GroupTally
  /** That of the control group, for a group that is a canary; null for others. */
  readonly control: GroupTally | null
}

/** The groups of a route, the control group first. */
export interface SplitPlan {
  /** What clients are told apart by; null draws each request anew. */
  readonly key: KeySource | null
  readonly crawlers: 'control' | 'split'
  readonly groups: readonly GroupPlan[]
  /** One per group. */
  readonly salts: readonly number[]
  /** One per group, as the site has them. */
  readonly percents: readonly number[]
}

/** A group: the route as it is for its requests. */
export interface GroupPlan {
  readonly id: string
  readonly plan: RoutePlan
  /** All of which force it; nothing does when there are none. */
  readonly predicates: readonly Predicate[]
}

/** Shares that stand in place of those of the site. */
export interface SetShares {
  /** One per group. */
  readonly percents: readonly number[]
  /** Wall clock; may be infinite. */
  readonly untilMs: number
  readonly owner: string
  readonly reason: string
}

/** A mirror, with what outlives this snapshot. */
export interface MirrorPlan {
  readonly config: MirrorConfig
  readonly book: MirrorBook
}

/** When requests to a pool are sent again. */
export interface RetryPlan {
  /** Answers after which another peer is asked. */
  readonly statuses: ReadonlySet<number>
  /** Retries that the pool bears. */
  readonly budget: ShareBudget
}

/** Sticky cookies of a pool, with how they are written. */
export interface StickyPlan {
  readonly cookies: Sticky
  readonly config: StickyConfig
}

/** A pool: its balancer over peers whose state outlives this snapshot. */
export interface PoolPlan {
  readonly id: string
  readonly config: PoolConfig
  readonly hashKey: HashKey
  readonly peers: readonly Peer[]
  readonly balancer: Balancer
  /** The cookies by which clients come back to their peer; null when it gives none. */
  readonly sticky: StickyPlan | null
  /** What a request passes before a peer is asked; null when nothing stands there. */
  readonly door: PoolDoor | null
  /** What watches for peers that stand out; null where no rule asks for it. */
  readonly outliers: Outliers | null
  /** Whether so few of its peers are usable that all are used; null where that is never asked. */
  readonly panic: PanicWatch | null
  readonly retry: RetryPlan
  /** How slow reads are asked of a second peer; null when they are not. */
  readonly hedges: Hedges | null
  /** How to reach one of its peers, with so many ms to the head of its answer, and to its first byte once the request is sent. */
  readonly hopOf: (peer: Peer, untilHeadMs: number, firstByteTimeoutMs: number) => Hop
}

/** A limit: the limiter in force, which an override may change for a while. */
export interface LimitPlan {
  readonly id: string
  readonly key: KeySource
  readonly clients: 'all' | 'people' | 'crawlers'
  readonly fallback: FallbackPlan | null
  /** The limiter at a moment, and how it is spoken of. */
  readonly inForce: (nowMs: number) => { readonly limiter: Gcra; readonly policy: QuotaPolicy }
}

/** What tells clients apart. */
export interface ClientPlan {
  readonly addressRule: ClientAddressRule
  readonly crawlers: CrawlerAgents
}

/** Everything an exchange is decided by. */
export interface Snapshot {
  readonly revision: number
  readonly switchSeq: number
  readonly endpointSeq: number
  /** Targets, read by the rules of the site. */
  readonly targets: RecentTexts<KnownTarget>
  /** Host fields, read. */
  readonly authorities: TextMemo<AuthorityForms | null>
  readonly clients: ClientPlan
  /** Who may send PURGE; null when nobody may. */
  readonly purgers: AddressSet | null
  readonly routes: RouteTable
  readonly plans: ReadonlyMap<string, RoutePlan>
  /** Those that have a mirror. */
  readonly mirrored: readonly RoutePlan[]
  readonly fallbacks: ReadonlyMap<string, FallbackPlan>
  readonly pools: ReadonlyMap<string, PoolPlan>
  readonly limits: ReadonlyMap<string, LimitPlan>
  readonly switches: SwitchIndex
  /** By route. */
  readonly shares: ReadonlyMap<string, SetShares>
}
