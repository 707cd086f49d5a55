// Answering stage: asks the pool, tries again where that is safe, and falls back to what is stale or prepared when nobody can answer.
//
// Invariant: whoever leaves here by a fault or a fallback has ended the flight that others wait on.

import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Entry } from '../cache/entry.ts'
import { refreshed } from '../cache/validation.ts'
import type { PoolPlan, RoutePlan } from '../config/snapshot.ts'
import { discard } from '../http/body.ts'
import { isSafeMethod } from '../http/status.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import { sendBatched } from './batch.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { refuseLoop } from './forward-fields.ts'
import { endFlight, type Unanswered } from './found.ts'
import { sendMirrored } from './mirror.ts'
import { originRequest } from './origin-request.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'
import { type Down, standIn } from './stand-in.ts'
import { toldGroup } from './told-group.ts'
import { isUntold } from './untold-faults.ts'

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
  const asking = { found, asker: askerFor(found, x) }
  try {
    refuseLoop(asked.request, x)
    const pool = poolOf(asked, x)
    const draft = originRequest(asked, found, x)
    const { mirror, tally } = asked.route
    const sending =
      mirror === null
        ? sendOn(draft, pool, asked, asking)
        : sendMirrored(draft, (sent) => sendOn(sent, pool, asked, asking), mirror, asked, x)
    const fetched = await (tally === null ? sending : toldGroup(sending, asked.route, tally, x))
    const { status } = fetched.answer
    if (status === 304) return await settled(fetched, pool, asked, asking)
    if (!FAILING.has(status)) return { kind: 'fetched', fetched }
    const stoodIn = await inPlaceOf({ status, fault: null }, asked, asking, x)
    if (stoodIn === null) return { kind: 'fetched', fetched }
    discard(fetched.answer.body)
    return stoodIn
  } catch (thrown) {
    const fault = asEdgeError(thrown)
    const stoodIn = fault.row.source === 'upstream' ? await inPlaceOf({ status: null, fault }, asked, asking, x) : null
    if (stoodIn === null) {
      endFlight(found)
      throw fault
    }
    noteStandIn(fault, stoodIn, asked.route, x)
    return stoodIn
  }
}

/** What was looked for, and who asks. */
interface Asking {
  readonly found: Unanswered
  readonly asker: Exchange
}

function sendOn(draft: UpstreamRequest, pool: PoolPlan, asked: Asked, { found, asker }: Asking): Promise<Fetched> {
  const { batch } = asked.route
  return batch === null ? sendToPool(draft, pool, asked, asker) : sendBatched(draft, { batch, pool, found }, asked, asker)
}

// Who waits is let go unless what stands in may be kept as any answer may: then they are served from it.
async function inPlaceOf(how: Pick<Down, 'status' | 'fault'>, asked: Asked, asking: Asking, x: Exchange): Promise<Forwarded | null> {
  const { found, asker } = asking
  const ask = async (pool: PoolPlan) => {
    const fetched = await sendToPool(originRequest(asked, found, x), pool, asked, asker).catch(() => null)
    if (fetched === null || !FAILING.has(fetched.answer.status)) return fetched
    discard(fetched.answer.body)
    return null
  }
  const stoodIn = await standIn({ ...how, asked, found, ask }, x)
  if (stoodIn?.kind === 'fetched') return settled(stoodIn.fetched, x.snapshot.pools.get(x.why.pool)!, asked, asking)
  if (stoodIn !== null) endFlight(found)
  return stoodIn
}

function noteStandIn(fault: EdgeError, stoodIn: Forwarded, route: RoutePlan, x: Exchange): void {
  x.why.fault = fault.code
  x.tools.metrics.fault(fault.code)
  if (isUntold(fault.code)) return
  const servedBy = stoodIn.kind === 'answered' ? stoodIn.answer.servedBy : x.why.pool
  x.tools.log.warn({ event: 'origin-failed', id: x.id, code: fault.code, route: route.id, servedBy, ...fault.detail })
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
async function settled(fetched: Fetched, pool: PoolPlan, asked: Asked, { found, asker }: Asking): Promise<Forwarded> {
  const { answer, requestedAtMs, receivedAtMs, fillSeq } = fetched
  if (answer.status !== 304 || found.kind !== 'stale') return { kind: 'fetched', fetched }
  discard(answer.body)
  const entry = refreshed(found.entry, { fields: answer.fields, requestedAtMs, receivedAtMs, fillSeq }, asked.route.config.cache)
  if (entry !== null) return { kind: 'renewed', fetched, entry: fetched.tags === null ? entry : { ...entry, tags: fetched.tags } }
  const bare = { kind: 'miss', key: found.key, flight: null, waited: found.waited } as const
  return { kind: 'fetched', fetched: await sendToPool(originRequest(asked, bare, asker), pool, asked, asker) }
}
