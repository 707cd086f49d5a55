// Answering stage: what the origin sent, on its way to the client, is kept where RFC 9111 allows it.
//
// Invariant: a flight that this exchange leads is finished here, once: with the entry when the body is whole and kept, as uncacheable
// as soon as that is known, as failed when the body broke off.

import { cacheStatus } from '../cache/cache-status.ts'
import type { Entry } from '../cache/entry.ts'
import { invalidates } from '../cache/invalidation.ts'
import { newEntry } from '../cache/new-entry.ts'
import { storable } from '../cache/storable.ts'
import { variantOf, varyNamesOf } from '../cache/variant.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import { bytesBody, drain } from '../http/body.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { appendCacheStatus, entryAnswer, statusFor } from './entry-answer.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { filling } from './filling.ts'
import type { Forwarded } from './forward.ts'
import type { Stale, Unanswered } from './found.ts'
import { keyOfTarget } from './lookup.ts'
import type { Fetched } from './send-to-pool.ts'

/** The answer for the client, kept on the way where that is allowed. */
export function store(request: Request, client: Client, route: RoutePlan, forwarded: Forwarded, found: Unanswered, x: Exchange): Answer {
  if (forwarded.kind === 'answered') return forwarded.answer
  const { fetched } = forwarded
  if (forwarded.kind === 'renewed' && found.kind === 'stale') return renew(request, client, route, { ...forwarded, found }, x)
  if (found.kind === 'bypass') return passed(request, route, fetched, found, x)
  const verdict = storable({ method: request.method, fields: request.fields }, { ...fetched, ...headOf(fetched) }, route.config.cache)
  if (!verdict.storable) {
    // A failing origin says nothing of what its answers allow: nobody is told to stop waiting for the next one.
    found.flight?.finish({ kind: fetched.answer.status >= 500 ? 'failed' : 'uncacheable' })
    x.why.cache += `:${verdict.reason}`
    return passed(request, route, fetched, found, x)
  }
  return fill(request, client, route, fetched, found, x)
}

function headOf({ answer }: Fetched) {
  return { status: answer.status, fields: answer.fields }
}

// Passes an answer on without keeping it. What an unsafe method changed is forgotten (RFC 9111 §4.4).
function passed(request: Request, route: RoutePlan, { answer }: Fetched, found: Unanswered, x: Exchange): Answer {
  if (route.config.cache.store !== 'off' && invalidates(request.method, answer.status)) x.tools.forget(keyOfTarget(request, route))
  const fields = withoutHopByHop(answer.fields)
  appendCacheStatus(fields, cacheStatus(x.tools.edgeId, outcomeOf(found, answer.status, 'not-stored')))
  return conditional(request, { status: answer.status, fields, body: answer.body, servedBy: 'origin' }, found, x)
}

function fill(
  request: Request,
  client: Client,
  route: RoutePlan,
  fetched: Fetched,
  found: Exclude<Unanswered, { kind: 'bypass' }>,
  x: Exchange,
): Answer {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const varyNames = varyNamesOf(answer.fields) ?? []
  const head = {
    status: answer.status,
    fields: answer.fields,
    requestedAtMs,
    receivedAtMs,
    varyNames,
    variant: variantOf(varyNames, request.fields),
    tags: [],
    fillSeq: 0,
  }
  const body = filling(answer.body, route.config.cache.maxEntryBytes, {
    whole(bytes) {
      const entry = newEntry({ ...head, body: bytes }, route.config.cache)
      keep(found.key, entry, client, route, x)
      found.flight?.finish({ kind: 'stored', entry })
    },
    tooLong: () => found.flight?.finish({ kind: 'uncacheable' }),
    cut: () => found.flight?.finish({ kind: 'failed' }),
  })
  const fields = withoutHopByHop(answer.fields)
  appendCacheStatus(fields, cacheStatus(x.tools.edgeId, outcomeOf(found, answer.status, 'stored')))
  return conditional(request, { status: answer.status, fields, body, servedBy: 'origin' }, found, x)
}

interface Renewal {
  readonly fetched: Fetched
  readonly found: Stale
  readonly entry: Entry
}

function renew(request: Request, client: Client, route: RoutePlan, { fetched, found, entry }: Renewal, x: Exchange): Answer {
  // The 304 may have brought a no-store: what it renewed is judged as if it had come whole.
  const { storable: kept } = storable(
    { method: 'GET', fields: request.fields },
    { ...fetched, status: entry.status, fields: entry.fields },
    route.config.cache,
  )
  if (kept) keep(found.key, entry, client, route, x)
  found.flight?.finish(kept ? { kind: 'stored', entry } : { kind: 'uncacheable' })
  x.why.cache = 'revalidated'
  return entryAnswer(request, entry, { outcome: outcomeOf(found, 304, kept ? 'stored' : 'not-stored'), servedBy: 'hit' }, x)
}

function keep(key: string, entry: Entry, client: Client, route: RoutePlan, x: Exchange): void {
  const { crawlerFills, maxVariants } = route.config.cache
  const into = client.class === 'crawler' && crawlerFills === 'l2-only' ? 'l2-only' : 'both'
  const kept = into === 'both' ? x.tools.shareFill(key, entry, maxVariants) : entry
  const storing = x.tools.levels.store(key, kept, { nowMs: x.tools.clock.wallMs(), into, maxVariants })
  if (storing !== undefined) x.tools.background('cache.store', storing)
}

// The fetch was for everyone, the conditions were this client's own: it may have the answer already.
function conditional(request: Request, answer: Answer, found: Unanswered, x: Exchange): Answer {
  if (found.kind === 'bypass' || answer.body === null) return answer
  const status = statusFor(request, answer.status, answer.fields, x.tools.clock.wallMs())
  if (status === answer.status) return answer
  drain(answer.body)
  for (const name of ['content-length', 'content-type', 'content-encoding']) answer.fields.delete(name)
  return { ...answer, status, body: status === 304 ? null : bytesBody(new Uint8Array()) }
}

function outcomeOf(found: Unanswered, status: number, stored: 'stored' | 'not-stored') {
  const reason = found.kind === 'miss' ? 'uri-miss' : found.reason
  const forwardStatus = found.kind === 'stale' ? status : null
  return { kind: 'forward', reason, forwardStatus, stored, collapsed: found.kind === 'bypass' ? 'no' : found.waited } as const
}
