// Answering stage: what the origin sent, on its way to the client, is kept where RFC 9111 allows it.
//
// Invariant: a flight that this exchange leads is finished here, once: with the entry when the body is whole and kept, as uncacheable or
// not to be shared as soon as that is known, as failed when the body broke off. Before that it is told to who waits as soon as its head is here.

import { urlOfKey } from '../cache/cache-key.ts'
import { type Entry, exactBytes } from '../cache/entry.ts'
import type { Arriving } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import { alsoInvalidated, invalidates } from '../cache/invalidation.ts'
import { newEntry } from '../cache/new-entry.ts'
import type { Unshareable } from '../cache/shareable.ts'
import type { Unstorable } from '../cache/storable.ts'
import { updatedByHead } from '../cache/validation.ts'
import { variantOf, varyNamesOf } from '../cache/variant.ts'
import { discard } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import { askedOf } from './asked.ts'
import { keyOfTarget } from './cache-target.ts'
import { codedAnswer } from './compress.ts'
import { entryAnswer } from './entry-answer.ts'
import { type Answer, type Asked, type Exchange, targetOf } from './exchange.ts'
import { Filling } from './filling.ts'
import { forgetGroups } from './forget-groups.ts'
import type { Forwarded } from './forward.ts'
import { endFlight, type Stale, type Unanswered } from './found.ts'
import { fillPart } from './keep-part.ts'
import { mayKeep, mayRenew } from './may-keep.ts'
import { originAnswer, outcomeOf } from './origin-answer.ts'
import type { Fetched } from './send-to-pool.ts'
import { keptApart } from './split.ts'
import { forgetCopy, keepCopy } from './static-copy.ts'

/** Reasons that lie in the request of who fetched, and say nothing of the answer. */
export const OWN_REASONS: ReadonlySet<Unstorable | Unshareable> = new Set([
  ...(['request-body', 'request-override', 'request-no-store', 'authorization'] as const),
  ...(['cookie', 'unkeyed'] as const),
])
const NOTHING = new Uint8Array(0)

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
  const part = fillPart(asked, fetched, found, keep, x)
  if (part !== null) return part
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const head = { status: answer.status, fields: answer.fields, requestedAtMs, receivedAtMs }
  if (found.kind === 'stale' && asked.request.method === 'HEAD' && answer.status === 200) return headUpdate(asked, fetched, found, x)
  const verdict = mayKeep(asked, head)
  if (verdict.storable) return fill(asked, fetched, found, x)
  found.flight?.finish({ kind: withoutEntry(answer.status, verdict.reason) })
  x.why.cache += verdict.field === undefined ? `:${verdict.reason}` : `:${verdict.reason}(${verdict.field})`
  return passed(asked, fetched, found, x)
}

// What those who wait are told of an answer that is not kept. A failing origin says nothing of what its answers allow, and what was refused
// to one client, or asked by him in a way of his own, says nothing of what others would get: nobody may stop them from waiting for each other.
function withoutEntry(status: number, reason: Unstorable | Unshareable): 'failed' | 'unshared' | 'uncacheable' {
  if (status >= 500 || status === 429) return 'failed'
  if (OWN_REASONS.has(reason)) return 'unshared'
  return reason === 'status' && status >= 400 ? 'unshared' : 'uncacheable'
}

// Passes an answer on without keeping it. What an unsafe method changed is forgotten (RFC 9111 §4.4).
function passed(asked: Asked, fetched: Fetched, found: Unanswered, x: Exchange): Answer {
  if (invalidates(asked.request.method, fetched.answer.status)) {
    forgetTarget(asked, x)
    forgetNamed(asked, fetched.answer.fields, x)
    forgetGroups(asked, fetched.answer.fields, x)
  }
  const answer = originAnswer(asked, fetched, fetched.answer.body, { found, stored: 'not-stored' }, x)
  return codedAnswer(answer, 'not-stored', asked, x)
}

// What is kept of a target is kept by the rule of the route that takes its GETs, which may be another than the one that took this.
function forgetTarget({ request, client }: Asked, x: Exchange): void {
  const found = x.snapshot.routes.match({ ...request, method: 'GET' })
  const route = found.kind === 'found' ? x.snapshot.plans.get(found.id)! : null
  if (route === null || !route.stores) return
  for (const plan of keptApart(route)) {
    const key = keyOfTarget(askedOf(request, client, plan))
    x.tools.forget(key)
    // By URL, which is that of all groups.
    if (plan.key.group === null && route.config.cache.writesForget === 'everywhere') x.tools.writePurges.add(urlOfKey(key))
    forgetCopy(key, plan, x)
  }
}

function forgetNamed(asked: Asked, fields: Fields, x: Exchange): void {
  const { scheme, authority, path, query } = asked.request
  for (const target of alsoInvalidated(`${scheme}://${authority}${targetOf(path, query)}`, fields)) {
    const known = x.snapshot.targets.get(target)
    if (known.fault !== null) continue
    forgetTarget({ ...asked, request: { ...asked.request, path: known.path, query: known.query, known } }, x)
  }
}

// The head of what is kept came without its body: it makes what is kept new, or out of date.
function headUpdate(asked: Asked, fetched: Fetched, found: Stale, x: Exchange): Answer {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  discard(answer.body)
  const { fillSeq } = found.entry
  const entry = updatedByHead(found.entry, { fields: answer.fields, requestedAtMs, receivedAtMs, fillSeq }, asked.route.config.cache)
  return renew(asked, { fetched, found, entry }, x)
}

function fill(asked: Asked, fetched: Fetched, found: Cached, x: Exchange): Answer {
  const { answer, requestedAtMs, receivedAtMs } = fetched
  const { cache } = asked.route.config
  const varyNames = varyNamesOf(answer.fields) ?? []
  const variant = variantOf(varyNames, asked.shared)
  const tags = fetched.tags ?? asked.route.tags
  const timing = { requestedAtMs, receivedAtMs, varyNames, variant, tags, fillSeq: fetched.fillSeq }
  const head = newEntry({ status: answer.status, fields: answer.fields, body: NOTHING, ...timing }, cache)
  let entry: Entry | null = null
  const filling = new Filling(
    answer.body.lengthBytes,
    { maxBytes: cache.maxEntryBytes, budget: x.tools.budget, inUse: x.tools.bodiesInUse },
    {
      whole(bytes) {
        const { kept, storing } = keep(found.key, { ...head, body: exactBytes(bytes) }, asked, x)
        entry = kept
        found.flight?.finish({ kind: 'stored', entry: kept, kept: storing })
        return kept.body
      },
      tooLong: () => found.flight?.finish({ kind: 'uncacheable' }),
      noRoom() {
        // It says nothing of the answer: once there is room, requests for it may wait for one of them again.
        found.flight?.finish({ kind: 'unshared' })
        x.why.cache += ':no-room'
      },
      cut: () => found.flight?.finish({ kind: 'failed' }),
    },
  )
  const answering = originAnswer(asked, fetched, filling.reader(), { found, stored: 'stored' }, x)
  if (isShared(head, x)) found.flight?.begin(arrivingOf({ ...head }, filling, () => entry))
  else found.flight?.finish({ kind: 'uncacheable' })
  // From now on it goes on for as long as anybody reads it.
  fetched.outliveClient()
  filling.begin(answer.body)
  return codedAnswer(answering, 'stored', asked, x)
}

// The head is a copy: what it remembers of being sent without its body must not come into the entry.
function arrivingOf(head: Entry, filling: Filling, entry: () => Entry | null): Arriving {
  return {
    head,
    get entry() {
      return entry()
    },
    get readers() {
      return filling.readers
    },
    reader: () => filling.reader(),
  }
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
  const kept = mayRenew(asked, head)
  const storing = kept ? keep(found.key, entry, asked, x).storing : undefined
  found.flight?.finish(kept && isShared(entry, x) ? { kind: 'stored', entry, kept: storing } : { kind: 'uncacheable' })
  x.why.cache = 'revalidated'
  const outcome = outcomeOf(fetched, { found, stored: kept ? 'stored' : 'not-stored' })
  return entryAnswer(request, entry, { outcome, servedBy: 'hit', nowMs: x.tools.clock.wallMs() }, x)
}

// What its origin wants to be asked about each time may be kept, but answers nobody else unasked (RFC 9111 §4): who waited asks itself.
function isShared(entry: Entry, x: Exchange): boolean {
  return !entry.noCache && remainingMs(entry, x.tools.clock.wallMs()) > 0
}

interface Keeping {
  /** The entry, its body where all workers see it. */
  readonly kept: Entry
  /** About the second level. */
  readonly storing: Promise<void> | void
}

function keep(key: string, entry: Entry, asked: Asked, x: Exchange): Keeping {
  // What was purged or changed while it was fetched may be what it shows.
  if (!x.tools.fence.mayKeep(key, entry)) return { kept: entry, storing: undefined }
  const { client, route } = asked
  const { crawlerFills, maxVariants } = route.config.cache
  const into = client.class === 'crawler' && crawlerFills === 'l2-only' ? 'l2-only' : 'both'
  const kept = into === 'both' ? x.tools.shareFill(key, entry, maxVariants) : entry
  const storing = x.tools.levels.store(key, kept, { nowMs: x.tools.clock.wallMs(), into, maxVariants })
  if (storing !== undefined) x.tools.background('cache.store', storing)
  keepCopy(key, entry, asked, x)
  return { kept, storing }
}
