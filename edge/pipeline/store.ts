// Answering stage: what the origin sent, on its way to the client, is kept where RFC 9111 allows it.
//
// Invariant: a flight that this exchange leads is finished here, once: with the entry when the body is whole and kept, as uncacheable
// as soon as that is known, as failed when the body broke off.

import type { Entry } from '../cache/entry.ts'
import type { FlightOutcome } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import { invalidates } from '../cache/invalidation.ts'
import { newEntry } from '../cache/new-entry.ts'
import { variantOf, varyNamesOf } from '../cache/variant.ts'
import { discard } from '../http/body.ts'
import { askedOf } from './asked.ts'
import { keyOfTarget } from './cache-target.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { filling } from './filling.ts'
import type { Forwarded } from './forward.ts'
import { endFlight, type Stale, type Unanswered } from './found.ts'
import { mayKeep } from './may-keep.ts'
import { originAnswer, outcomeOf } from './origin-answer.ts'
import type { Fetched } from './send-to-pool.ts'
import { forgetCopy, keepCopy } from './static-copy.ts'

/** The answer for the client, kept on the way where that is allowed. */
export function store(asked: Asked, forwarded: Forwarded, found: Unanswered, x: Exchange): Answer {
  if (forwarded.kind === 'answered') return forwarded.answer
  try {
    if (forwarded.kind === 'renewed' && found.kind === 'stale') return renew(asked, { ...forwarded, found }, x)
    return found.kind === 'bypass' ? passed(asked, forwarded.fetched, found, x) : judged(asked, forwarded.fetched, found, x)
  } catch (thrown) {
    if (forwarded.kind === 'fetched') discard(forwarded.fetched.answer.body)
    endFlight(found)
    throw thrown
  }
}

type Cached = Exclude<Unanswered, { kind: 'bypass' }>

function judged(asked: Asked, fetched: Fetched, found: Cached, x: Exchange): Answer {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const head = { status: answer.status, fields: answer.fields, requestedAtMs, receivedAtMs }
  const verdict = mayKeep(asked, head)
  if (verdict.storable) return fill(asked, fetched, found, x)
  // A failing origin says nothing of what its answers allow: nobody is told to stop waiting for the next one.
  found.flight?.finish({ kind: answer.status >= 500 ? 'failed' : 'uncacheable' })
  x.why.cache += verdict.field === undefined ? `:${verdict.reason}` : `:${verdict.reason}(${verdict.field})`
  return passed(asked, fetched, found, x)
}

// Passes an answer on without keeping it. What an unsafe method changed is forgotten (RFC 9111 §4.4).
function passed(asked: Asked, fetched: Fetched, found: Unanswered, x: Exchange): Answer {
  if (invalidates(asked.request.method, fetched.answer.status)) forgetTarget(asked, x)
  return originAnswer(asked, fetched, fetched.answer.body, { found, stored: 'not-stored' }, x)
}

// What is kept of a target is kept by the rule of the route that takes its GETs, which may be another than the one that took this.
function forgetTarget({ request, client }: Asked, x: Exchange): void {
  const found = x.snapshot.routes.match({ ...request, method: 'GET' })
  const route = found.kind === 'found' ? x.snapshot.plans.get(found.id)! : null
  if (route === null || route.config.cache.store === 'off') return
  const key = keyOfTarget(askedOf(request, client, route))
  x.tools.forget(key)
  forgetCopy(key, route, x)
}

function fill(asked: Asked, fetched: Fetched, found: Cached, x: Exchange): Answer {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const { cache } = asked.route.config
  const varyNames = varyNamesOf(answer.fields) ?? []
  const variant = variantOf(varyNames, asked.shared)
  const head = { status: answer.status, fields: answer.fields, requestedAtMs, receivedAtMs, varyNames, variant, tags: [], fillSeq: 0 }
  const bounds = { maxBytes: cache.maxEntryBytes, budget: x.tools.budget }
  const body = filling(answer.body, bounds, {
    whole(bytes) {
      const entry = newEntry({ ...head, body: bytes }, cache)
      keep(found.key, entry, asked, x)
      found.flight?.finish(sharing(entry, x))
    },
    tooLong: () => found.flight?.finish({ kind: 'uncacheable' }),
    noRoom() {
      // It says nothing of the answer: once there is room, requests for it may wait for one of them again.
      found.flight?.finish({ kind: 'failed' })
      x.why.cache += ':no-room'
    },
    cut: () => found.flight?.finish({ kind: 'failed' }),
  })
  return originAnswer(asked, fetched, body, { found, stored: 'stored' }, x)
}

interface Renewal {
  readonly fetched: Fetched
  readonly found: Stale
  readonly entry: Entry
}

function renew(asked: Asked, { fetched, found, entry }: Renewal, x: Exchange): Answer {
  const { request } = asked
  // The 304 may have brought a no-store: what it renewed is judged as if it had come whole.
  const head = { ...fetched, status: entry.status, fields: entry.fields }
  const kept = mayKeep(asked, head, 'GET').storable
  if (kept) keep(found.key, entry, asked, x)
  found.flight?.finish(kept ? sharing(entry, x) : { kind: 'uncacheable' })
  x.why.cache = 'revalidated'
  const outcome = outcomeOf(fetched, { found, stored: kept ? 'stored' : 'not-stored' })
  return entryAnswer(request, entry, { outcome, servedBy: 'hit', nowMs: x.tools.clock.wallMs() }, x)
}

// What its origin wants to be asked about each time may be kept, but answers nobody else unasked (RFC 9111 §4): who waited asks itself.
function sharing(entry: Entry, x: Exchange): FlightOutcome {
  const shared = !entry.noCache && remainingMs(entry, x.tools.clock.wallMs()) > 0
  return shared ? { kind: 'stored', entry } : { kind: 'uncacheable' }
}

function keep(key: string, entry: Entry, asked: Asked, x: Exchange): void {
  const { client, route } = asked
  const { crawlerFills, maxVariants } = route.config.cache
  const into = client.class === 'crawler' && crawlerFills === 'l2-only' ? 'l2-only' : 'both'
  const kept = into === 'both' ? x.tools.shareFill(key, entry, maxVariants) : entry
  const storing = x.tools.levels.store(key, kept, { nowMs: x.tools.clock.wallMs(), into, maxVariants })
  if (storing !== undefined) x.tools.background('cache.store', storing)
  keepCopy(key, entry, asked, x)
}
