// The one way to purge, for the API, for edges and for change events: orders are made canonical, take their place in the log with their
// audit entry, and are on their way to every edge, within one tick. What is to be repeated is repeated by a timer that a restart of the
// control plane does not lose.

import { isDeepStrictEqual } from 'node:util'
import type { Cancel, Clock, Log, Timers } from '../../edge/base/ports.ts'
import { acceptSite } from '../../edge/contract/accept-site.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { EMPTY_ENDPOINTS, type Publication } from '../../edge/contract/publication.ts'
import { MAX_ORDERS, type Purge, type PurgeOrder } from '../../edge/contract/purge.ts'
import type { Site } from '../../edge/contract/site.ts'
import { EMPTY_SWITCHBOARD } from '../../edge/contract/switchboard.ts'
import { urlReader } from '../../edge/explain.ts'
import { type Actor, auditEntry, ITSELF } from '../domain/audit.ts'
import { describeOrder, type LoggedPurge, nextPurges, type PurgeHead, type PurgeRepeat, raisedTo } from '../domain/purge-log.ts'
import { canonicalOrders, type OrderSite } from '../domain/purge-orders.ts'
import type { PurgeStore } from '../store/store.ts'

/** Most of what one audit entry lists of the purges it is about. */
const MAX_LISTED = 20
/** Repeats whose time came and whose write failed are tried again after this. */
const TRY_AGAIN_MS = 1_000

/** What is to be purged, and why. */
export interface PurgeWish {
  readonly orders: readonly PurgeOrder[]
  readonly reason: string
  /** A name of the request, up to 128 characters: the same name from the same owner purges once; empty for none. */
  readonly key: string
  /** `none` for row changes and edges: they come in floods that would push what people did out of the audit. The log has owner and reason. */
  readonly audit?: 'none'
}

/** What became of a wish. */
export type PurgeOutcome =
  | { readonly kind: 'taken'; readonly purges: readonly LoggedPurge[] }
  /** A request of this name was taken before; these are its purges. */
  | { readonly kind: 'known'; readonly purges: readonly LoggedPurge[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** What the book works with. */
export interface PurgeBookParts {
  readonly store: PurgeStore
  /** The site that stands: its rules make URLs canonical, and its routes are those that can be purged. */
  readonly site: () => Publication | null
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** Appends to the purge log. */
export class PurgeBook {
  readonly #parts: PurgeBookParts
  #listener: () => void = () => {}
  #stopRepeat: Cancel = () => {}
  /** Made anew for each revision, by the first order under it. */
  #orderSite: (OrderSite & { readonly of: Publication | null }) | null = null

  constructor(parts: PurgeBookParts) {
    this.#parts = parts
  }

  /** Begins with the repeats that are due. @param listener called after each append, in the tick of it */
  start(listener: () => void): void {
    this.#listener = listener
    this.#plan()
  }

  /** Repeats nothing any more; what is due waits for the next start. */
  close(): void {
    this.#stopRepeat()
  }

  /** Takes orders. @throws EdgeError STATE_UNWRITABLE */
  append({ orders, reason, key, audit }: PurgeWish, actor: Actor): PurgeOutcome {
    const { store, clock, log } = this.#parts
    const canonical = canonicalOrders(orders, this.#standingSite())
    if (!canonical.ok) return { kind: 'refused', problems: canonical.problems }
    const known = key === '' ? [] : store.byKey(key, actor.name)
    if (known.length > 0) return knownOutcome(known, canonical.orders)
    const nowMs = clock.wallMs()
    const next = nextPurges(store.head(), canonical.orders, { owner: actor.name, reason, key }, nowMs)
    const change = { purges: next.purges.slice(0, MAX_LISTED).map(({ order }) => `${order.mode} ${describeOrder(order)}`), key }
    const deed = { action: 'purge.append', subject: numbersOf(next.purges), reason, change } as const
    store.append({ ...next, done: [] }, audit === 'none' ? null : auditEntry(actor, deed, nowMs))
    log.info({ event: 'purged', owner: actor.name, reason, seq: next.purges.at(-1)?.seq, count: next.purges.length })
    this.#listener()
    if (next.repeats.length > 0) this.#plan()
    return { kind: 'taken', purges: next.purges }
  }

  head(): PurgeHead {
    return this.#parts.store.head()
  }

  after(seq: number, limit: number): readonly Purge[] {
    return this.#parts.store.after(seq, limit)
  }

  /** Takes what an edge purged by itself. What is wrong with it is logged: there is nobody to tell. */
  order(orders: readonly PurgeOrder[], edgeId: string): void {
    const { log } = this.#parts
    try {
      const outcome = this.append({ orders, reason: 'purged at this edge', key: '', audit: 'none' } as const, { ...ITSELF, name: edgeId })
      if (outcome.kind === 'refused') log.warn({ event: 'edge-purge-refused', edge: edgeId, problems: outcome.problems.slice(0, 5) })
    } catch (cause) {
      log.error({ event: 'edge-purge-failed', edge: edgeId, cause: String(cause) })
    }
  }

  /** Lets the numbers go on after one that an edge knows. @throws EdgeError STATE_UNWRITABLE */
  raise(seq: number): void {
    this.#parts.store.raise(raisedTo(this.head(), seq))
  }

  #standingSite(): OrderSite {
    const of = this.#parts.site()
    if (this.#orderSite?.of === of) return this.#orderSite
    const site = of?.site ?? EMPTY_SITE
    const told = { revision: of?.revision ?? 0, site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
    this.#orderSite = { of, site, urls: urlReader(told) }
    return this.#orderSite
  }

  #plan(): void {
    this.#stopRepeat()
    const [next] = this.#parts.store.repeats(1)
    if (next === undefined) return
    this.#later(next.dueAtMs - this.#parts.clock.wallMs())
  }

  #later(waitMs: number): void {
    this.#stopRepeat = this.#parts.timers.after(Math.max(0, waitMs), () => this.#repeatDue())
  }

  #repeatDue(): void {
    const { store, clock, log } = this.#parts
    try {
      const nowMs = clock.wallMs()
      const due = store.repeats(MAX_ORDERS).filter(({ dueAtMs }) => dueAtMs <= nowMs)
      if (due.length > 0) this.#repeat(due, nowMs)
      this.#plan()
    } catch (cause) {
      log.error({ event: 'purge-repeat-failed', cause: String(cause) })
      this.#later(TRY_AGAIN_MS)
    }
  }

  // All that are due at once: one write and one message, however many. Not audited anew: their orders said that they would come.
  #repeat(due: readonly PurgeRepeat[], nowMs: number): void {
    const { store } = this.#parts
    const { seq } = store.head()
    const purges = due.map(({ of, order, owner, reason }, index) => {
      return { seq: seq + 1 + index, order, atMs: nowMs, owner, reason: reason === '' ? `again, after purge ${of}` : reason, key: '' }
    })
    store.append({ purges, repeats: [], done: due.map(({ of }) => of) }, null)
    this.#listener()
  }
}

// Before the first revision, URLs are read by the defaults.
const EMPTY_SITE = emptySite()

function emptySite(): Site {
  const accepted = acceptSite({})
  if (!accepted.ok) throw new TypeError('a site of nothing but defaults is valid')
  return accepted.value
}

// Who uses a name for something else has not purged it, and must not be told so.
function knownOutcome(known: readonly LoggedPurge[], orders: readonly PurgeOrder[]): PurgeOutcome {
  if (
    isDeepStrictEqual(
      known.map(({ order }) => order),
      orders,
    )
  )
    return { kind: 'known', purges: known }
  const message = `this key was given to something else (${known.length === 1 ? 'purge' : 'purges'} ${numbersOf(known)}); give this purge a key of its own`
  return { kind: 'refused', problems: [{ pointer: '/key', message }] }
}

function numbersOf(purges: readonly LoggedPurge[]): string {
  const [first] = purges
  const last = purges.at(-1)
  if (first === undefined || last === undefined) return 'none'
  return first === last ? String(first.seq) : `${first.seq}-${last.seq}`
}
