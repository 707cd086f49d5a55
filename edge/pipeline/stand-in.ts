// What stands in for a pool that cannot answer: the steps of the route in their order, until one has something.

import type { EdgeError } from '../base/edge-error.ts'
import { usableOnError } from '../cache/serveable.ts'
import type { PoolPlan, RoutePlan, StandIn } from '../config/snapshot.ts'
import { isSafeMethod } from '../http/status.ts'
import { fallbackAnswer, faultAnswer } from './answers.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import type { Found, Unanswered } from './found.ts'
import { retryAfterSeconds } from './retry-after.ts'
import type { Fetched } from './send-to-pool.ts'
import { copyAnswer } from './static-copy.ts'

/** A pool that could not answer. */
export interface Down {
  readonly asked: Asked
  readonly found: Unanswered
  /** What it said; null when it said nothing. */
  readonly status: number | null
  /** Why it said nothing; null when it spoke. */
  readonly fault: EdgeError | null
  /** Asks another pool for the same; null when that cannot answer either. Never rejects. */
  readonly ask: (pool: PoolPlan) => Promise<Fetched | null>
}

/** What stands in. */
export type StoodIn = { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'fetched'; readonly fetched: Fetched }

/** The first that stands in; null when nothing does. Never rejects. */
export async function standIn(down: Down, x: Exchange): Promise<StoodIn | null> {
  for (const step of down.asked.route.whenDown) {
    const stoodIn = step.kind === 'pool' ? await fromPool(step.id, down, x) : await fromHere(step, down, x)
    if (stoodIn === null) continue
    x.tools.metrics.stoodIn(down.asked.route.id, step.kind)
    return stoodIn
  }
  return null
}

async function fromPool(id: string, down: Down, x: Exchange): Promise<StoodIn | null> {
  const pool = x.snapshot.pools.get(id)
  if (pool === undefined || pool.id === x.why.pool || !mayAskElsewhere(down, x)) return null
  const before = x.why.pool
  x.why.pool = id
  const fetched = await down.ask(pool)
  if (fetched !== null) return { kind: 'fetched', fetched }
  x.why.pool = before
  return null
}

// A body is gone once it began to flow, and what may have run somewhere is not asked for again elsewhere.
function mayAskElsewhere({ asked, fault }: Down, x: Exchange): boolean {
  if (x.incoming.body !== null || x.wanted.aborted) return false
  return isSafeMethod(asked.request.method) || fault?.row.retry === 'always' || fault?.code === 'NO_PEER'
}

async function fromHere(step: Exclude<StandIn, { kind: 'pool' }>, down: Down, x: Exchange): Promise<StoodIn | null> {
  const answer = await answerOf(step, down, x)
  return answer === null ? null : { kind: 'answered', answer }
}

function answerOf(
  step: Exclude<StandIn, { kind: 'pool' }>,
  { asked, found, status }: Down,
  x: Exchange,
): Answer | null | Promise<Answer | null> {
  if (step.kind === 'stale') return staleAnswer(asked, found, status, x)
  if (step.kind === 'static') return copyAnswer(asked, x)
  // An origin that spoke, if only to say that something failed, knows better than what was prepared.
  return status === null ? preparedBy(step, asked.route, x) : null
}

/** What is stale, where it may stand in for an origin that cannot answer; null where nothing may. @param status that the origin gave; null without one */
export function staleAnswer({ request, route }: Asked, found: Found, status: number | null, x: Exchange): Answer | null {
  if (found.kind !== 'stale' || !usableOnError(found.entry, x.tools.clock.wallMs(), route.config.cache)) return null
  x.why.cache = 'stale-if-error'
  const collapsed = found.waited
  const outcome = { kind: 'forward', reason: found.reason, forwardStatus: status, stored: 'not-stored', collapsed } as const
  return entryAnswer(request, found.entry, { outcome, servedBy: 'stale', nowMs: x.tools.clock.wallMs() }, x)
}

/** What the configuration has for a pool that cannot answer, the first of the steps of the route; null when it has nothing. */
export function preparedAnswer(route: RoutePlan, x: Exchange): Answer | null {
  for (const step of route.whenDown) {
    if (step.kind === 'fallback' || step.kind === 'closed') return preparedBy(step, route, x)
  }
  return null
}

function preparedBy(step: Exclude<StandIn, { kind: 'pool' }>, route: RoutePlan, x: Exchange): Answer | null {
  const { retryAfterMs } = route.config.degrade
  if (step.kind === 'fallback') return fallbackAnswer(step.plan, retryAfterMs, x)
  return step.kind === 'closed' ? faultAnswer('CLOSED', { 'retry-after': retryAfterSeconds(retryAfterMs) }) : null
}
