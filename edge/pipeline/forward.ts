// Answering stage: asks the pool, tries again where that is safe, and falls back to what is stale or prepared when nobody can answer.
//
// Invariant: whoever leaves here by a fault or a fallback has ended the flight that others wait on.

import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Entry } from '../cache/entry.ts'
import { usableOnError } from '../cache/serveable.ts'
import { refreshed } from '../cache/validation.ts'
import type { PoolPlan, RoutePlan } from '../config/snapshot.ts'
import { discard } from '../http/body.ts'
import { isSafeMethod } from '../http/status.ts'
import { fallbackAnswer } from './answers.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { refuseLoop } from './forward-fields.ts'
import { endFlight, type Found, type Stale, type Unanswered } from './found.ts'
import { originRequest } from './origin-request.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'
import { copyAnswer } from './static-copy.ts'

/** What forwarding gave. */
export type Forwarded =
  | { readonly kind: 'fetched'; readonly fetched: Fetched }
  /** The origin said 304: what we held, made new. */
  | { readonly kind: 'renewed'; readonly fetched: Fetched; readonly entry: Entry }
  /** Something stands in for the origin. */
  | { readonly kind: 'answered'; readonly answer: Answer }

/** Statuses by which an origin says that it cannot answer (RFC 5861 §4). */
const FAILING: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Asks the pool of the route. @throws EdgeError LOOP, NO_PEER, UPSTREAM_*, BODY_TOO_LARGE, CLIENT_GONE */
export async function forward(asked: Asked, found: Unanswered, x: Exchange): Promise<Forwarded> {
  try {
    refuseLoop(asked.request, x)
    const pool = poolOf(asked, x)
    const asker = askerFor(found, x)
    const send = (terms: Unanswered) => sendToPool(originRequest(asked, terms, x), pool, asked, asker)
    const fetched = await send(found)
    if (fetched.answer.status === 304 && found.kind === 'stale') return await renewed(fetched, found, asked.route, send)
    const standIn = FAILING.has(fetched.answer.status) ? await goodAnswer(asked, found, fetched.answer.status, x) : null
    if (standIn === null) return { kind: 'fetched', fetched }
    discard(fetched.answer.body)
    endFlight(found)
    return { kind: 'answered', answer: standIn }
  } catch (thrown) {
    const fault = asEdgeError(thrown)
    endFlight(found)
    const standIn = fault.row.source === 'upstream' ? ((await goodAnswer(asked, found, null, x)) ?? preparedAnswer(asked.route)) : null
    if (standIn === null) throw fault
    x.why.fault = fault.code
    x.tools.metrics.fault(fault.code)
    x.tools.log.warn({
      event: 'origin-failed',
      id: x.id,
      code: fault.code,
      route: asked.route.id,
      servedBy: standIn.servedBy,
      ...fault.detail,
    })
    return { kind: 'answered', answer: standIn }
  }
}

// A fetch that others wait for goes on without the client that began it.
function askerFor(found: Unanswered, x: Exchange): Exchange {
  const flight = found.kind === 'bypass' ? null : found.flight
  return flight === null ? x : { ...x, wanted: flight.wantedWith(x.wanted) }
}

/** The pool that serves a client of this route; null when the route has none. */
export function poolIdOf({ request, client, route }: Asked): string | null {
  if (route.writePool !== null && !isSafeMethod(request.method)) return route.writePool
  return client.class === 'crawler' && route.crawlerPool !== null ? route.crawlerPool : route.pool
}

/** The pool that is asked, noted in the why-tokens. @throws EdgeError NO_PEER */
export function poolOf(asked: Asked, x: Exchange): PoolPlan {
  const id = poolIdOf(asked)
  const pool = id === null ? undefined : x.snapshot.pools.get(id)
  if (pool === undefined) throw new EdgeError('NO_PEER', { route: asked.route.id })
  x.why.pool = pool.id
  return pool
}

// A 304 about something else than what we hold is no answer to anybody: ask again, without conditions (RFC 9111 §4.3.3).
async function renewed(
  fetched: Fetched,
  found: Stale,
  route: RoutePlan,
  send: (terms: Unanswered) => Promise<Fetched>,
): Promise<Forwarded> {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  discard(answer.body)
  const { fillSeq } = fetched
  const entry = refreshed(found.entry, { fields: answer.fields, requestedAtMs, receivedAtMs, fillSeq }, route.config.cache)
  if (entry !== null) return { kind: 'renewed', fetched, entry: fetched.tags === null ? entry : { ...entry, tags: fetched.tags } }
  return { kind: 'fetched', fetched: await send({ kind: 'miss', key: found.key, flight: null, waited: found.waited }) }
}

// What the origin said when it was well: what is stale and may still be used, else a copy on disk.
async function goodAnswer(asked: Asked, found: Unanswered, status: number | null, x: Exchange): Promise<Answer | null> {
  return staleAnswer(asked, found, status, x) ?? (await copyAnswer(asked, x))
}

/** What is stale, where it may stand in for an origin that cannot answer; null where nothing may. @param status that the origin gave; null without one */
export function staleAnswer({ request, route }: Asked, found: Found, status: number | null, x: Exchange): Answer | null {
  if (found.kind !== 'stale' || !usableOnError(found.entry, x.tools.clock.wallMs(), route.config.cache)) return null
  x.why.cache = 'stale-if-error'
  const collapsed = found.waited
  const outcome = { kind: 'forward', reason: found.reason, forwardStatus: status, stored: 'not-stored', collapsed } as const
  return entryAnswer(request, found.entry, { outcome, servedBy: 'stale', nowMs: x.tools.clock.wallMs() }, x)
}

/** What stands in for an origin that cannot answer, from the configuration; null when the route has nothing. */
export function preparedAnswer(route: RoutePlan): Answer | null {
  return route.fallback === null ? null : fallbackAnswer(route.fallback, route.config.degrade.retryAfterMs)
}
