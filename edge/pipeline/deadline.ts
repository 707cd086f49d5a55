// How long we wait for peers, and what they are told of it.

import type { Peer } from '../balance/peer.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { HOUR_MS } from '../contract/units.ts'
import type { Fields } from '../http/fields.ts'
import type { Hop } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'

/** A deadline as a field has it: whole ms. */
const MS = /^[0-9]{1,8}$/

/**
 * When all tries must have an answer, monotonic ms: by the route, else by the pool, or sooner where a trusted proxy says so.
 * @param fields of the request as peers get it. A fetch for everyone has no field that the client chose, so no client's haste is others'.
 */
export function deadlineOf(pool: PoolPlan, { client, route }: Asked, fields: Fields, x: Exchange, nowMs: number): number {
  const ownMs = nowMs + (route.config.timeoutMs ?? pool.config.totalTimeoutMs)
  const name = pool.config.deadlineField
  if (name === undefined || !client.trustedPeer) return ownMs
  const told = fields.get(name.toLowerCase())
  if (told === undefined || !MS.test(told)) return ownMs
  // It has been running since the request came.
  return Math.min(ownMs, x.startedMonotonicMs + Math.min(Number(told), HOUR_MS))
}

/** How long one try may wait for the head of an answer before the deadline of all is looked at; without end where the route has its own. */
export function firstByteMs(pool: PoolPlan, { route }: Asked): number {
  return route.config.timeoutMs === undefined ? pool.config.firstByteTimeoutMs : Number.POSITIVE_INFINITY
}

/** How to reach a peer. @param leftMs until the head of its answer must be here */
export function hopTo(peer: Peer, pool: PoolPlan, { route }: Asked, leftMs: number): Hop {
  return pool.hopOf(peer, leftMs, route.config.timeoutMs === undefined ? pool.config.firstByteTimeoutMs : leftMs)
}
