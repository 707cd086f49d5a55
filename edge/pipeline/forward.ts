// Answering stage: asks the pool, tries again where that is safe, and falls back to what is stale or prepared when nobody can answer.
//
// Invariant: whoever leaves here by a fault or a fallback has ended the flight that others wait on.

import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Entry } from '../cache/entry.ts'
import { usableOnError } from '../cache/serveable.ts'
import { refreshed } from '../cache/validation.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import { discard } from '../http/body.ts'
import { fallbackAnswer } from './answers.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { forwardFields, refuseLoop } from './forward-fields.ts'
import type { Stale, Unanswered } from './found.ts'
import { originRequest } from './origin-request.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'

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
export async function forward(request: Request, client: Client, route: RoutePlan, found: Unanswered, x: Exchange): Promise<Forwarded> {
  try {
    refuseLoop(request, x)
    const pool = poolOf(client, route, x)
    const send = (terms: Unanswered) =>
      sendToPool(
        originRequest(request, forwardFields(request, client, x), route, terms, x),
        pool,
        { request, client, routeId: route.id },
        x,
      )
    const fetched = await send(found)
    if (fetched.answer.status === 304 && found.kind === 'stale') return await renewed(fetched, found, route, send)
    const standIn = FAILING.has(fetched.answer.status) ? staleAnswer(request, route, found, fetched.answer.status, x) : null
    if (standIn === null) return { kind: 'fetched', fetched }
    discard(fetched.answer.body)
    return { kind: 'answered', answer: standIn }
  } catch (thrown) {
    const fault = asEdgeError(thrown)
    const standIn = fault.row.source === 'upstream' ? (staleAnswer(request, route, found, null, x) ?? preparedAnswer(route)) : null
    endFlight(found)
    if (standIn === null) throw fault
    x.why.fault = fault.code
    x.tools.metrics.fault(fault.code)
    x.tools.log.warn({ event: 'origin-failed', id: x.id, code: fault.code, route: route.id, servedBy: standIn.servedBy, ...fault.detail })
    return { kind: 'answered', answer: standIn }
  }
}

// A 304 about something else than what we hold is no answer to anybody: ask again, without conditions (RFC 9111 §4.3.3).
async function renewed(
  fetched: Fetched,
  found: Stale,
  route: RoutePlan,
  send: (terms: Unanswered) => Promise<Fetched>,
): Promise<Forwarded> {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const entry = refreshed(
    found.entry,
    { fields: answer.fields, requestedAtMs, receivedAtMs, fillSeq: found.entry.fillSeq },
    route.config.cache,
  )
  discard(answer.body)
  if (entry !== null) return { kind: 'renewed', fetched, entry }
  return { kind: 'fetched', fetched: await send({ kind: 'miss', key: found.key, flight: null, waited: found.waited }) }
}

function poolOf(client: Client, route: RoutePlan, x: Exchange) {
  const id = client.class === 'crawler' && route.crawlerPool !== null ? route.crawlerPool : route.pool
  const pool = id === null ? undefined : x.snapshot.pools.get(id)
  if (pool === undefined) throw new EdgeError('NO_PEER', { route: route.id })
  x.why.pool = pool.id
  return pool
}

function staleAnswer(request: Request, route: RoutePlan, found: Unanswered, status: number | null, x: Exchange): Answer | null {
  if (found.kind !== 'stale' || !usableOnError(found.entry, x.tools.clock.wallMs(), route.config.cache)) return null
  found.flight?.finish({ kind: 'failed' })
  x.why.cache = 'stale-if-error'
  const outcome = { kind: 'forward', reason: 'stale', forwardStatus: status, stored: 'not-stored', collapsed: 'no' } as const
  return entryAnswer(request, found.entry, { outcome, servedBy: 'stale' }, x)
}

function preparedAnswer(route: RoutePlan): Answer | null {
  return route.fallback === null ? null : fallbackAnswer(route.fallback, route.config.degrade.retryAfterMs)
}

function endFlight(found: Unanswered): void {
  if (found.kind === 'stale' || found.kind === 'miss') found.flight?.finish({ kind: 'failed' })
}
