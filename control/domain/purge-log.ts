// The purge log: what was purged, in one order for all edges. Pure; the store keeps it, the book appends to it.
//
// Invariants: numbers only rise, also over a loss of the store (see `raisedTo`); what the log no longer holds is covered by `floor`:
// an edge that missed any of it is told that everything up to the floor is gone.

import type { Purge, PurgeOrder } from '../../edge/contract/purge.ts'
import { DAY_MS } from '../../edge/contract/units.ts'

/** The most purges that the log holds; beyond it the oldest go, and the floor rises. */
export const MAX_PURGES = 100_000
/** How long it holds them. */
export const MAX_PURGE_AGE_MS = 30 * DAY_MS

/** A purge as it is kept. */
export interface LoggedPurge extends Purge {
  readonly atMs: number
  /** Who ordered it: the name of a token, an edge, or `weir`. */
  readonly owner: string
  readonly reason: string
  /** What its sender named the request by, so that sending it twice purges once; empty when it did not. */
  readonly key: string
}

/** Where the log stands. */
export interface PurgeHead {
  /** The highest number given; 0 before the first. */
  readonly seq: number
  /** The highest number that the log no longer holds; 0 while it holds all. */
  readonly floor: number
}

/** A purge that is due once more. */
export interface PurgeRepeat {
  /** The number of the purge that it repeats. */
  readonly of: number
  readonly dueAtMs: number
  readonly order: PurgeOrder
  readonly owner: string
  readonly reason: string
}

/** Who orders, why, and under which name of the request. */
export interface PurgeCause {
  readonly owner: string
  readonly reason: string
  readonly key: string
}

/** The next entries of the log, and the repeats that come of them. */
export function nextPurges(
  head: PurgeHead,
  orders: readonly PurgeOrder[],
  cause: PurgeCause,
  nowMs: number,
): { readonly purges: readonly LoggedPurge[]; readonly repeats: readonly PurgeRepeat[] } {
  const { owner, reason, key } = cause
  const purges = orders.map((order, i) => ({ seq: head.seq + 1 + i, order, atMs: nowMs, owner, reason, key }))
  const repeats = purges
    .filter(({ order }) => order.againAfterMs > 0)
    .map(({ seq, order }) => ({ of: seq, dueAtMs: nowMs + order.againAfterMs, order: { ...order, againAfterMs: 0 }, owner, reason }))
  return { purges, repeats }
}

/**
 * Where the log stands once an edge knows more than it: its store was lost or put back to an older one. What was in between is not
 * known here any more, so whoever has less than that edge has missed something.
 */
export function raisedTo(head: PurgeHead, seq: number): PurgeHead {
  return seq <= head.seq ? head : { seq, floor: seq }
}

/** What a purge is of, in short, for people. */
export function describeOrder(order: PurgeOrder): string {
  switch (order.by) {
    case 'url':
      return order.url
    case 'prefix':
      return `${order.prefix}*`
    case 'tag':
      return `tag ${order.tag}`
    case 'group':
      return `group ${order.group} of ${order.origin}`
    case 'route':
      return `route ${order.route}`
    case 'all':
      return 'everything'
  }
}
