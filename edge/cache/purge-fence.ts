// The fence between entries and who is served from them: every entry passes it, from whichever level it comes.
//
// Invariant: what passes was filled after every purge that reaches it, or is stale. While this edge does not know what was purged in the
// last seconds (it was stopped, or nobody has told it for a while), everything passes as stale: the origin is asked, and nobody gets what
// was purged meanwhile. An edge that knows that it is cut off goes on with what it has: fail static.

import { BoundedMap } from '../base/bounded-map.ts'
import type { PurgeOrder } from '../contract/purge.ts'
import { type Entry, owned } from './entry.ts'
import { currentAgeMs, remainingMs } from './freshness.ts'
import type { PurgeLease } from './purge-lease.ts'
import type { PurgeTable } from './purge-table.ts'

/** Keys whose change is remembered while fetches from before it may be under way; beyond it the oldest is let go. */
const MAX_FORGOTTEN = 10_000

/** Lets entries pass that nobody has purged. */
export class PurgeFence {
  readonly table: PurgeTable
  readonly #lease: PurgeLease
  /** When unsafe requests changed what is kept under a key; wall clock. */
  readonly #forgotten = new BoundedMap<string, number>({ max: MAX_FORGOTTEN, whenFull: 'evict-oldest' })

  constructor(table: PurgeTable, lease: PurgeLease) {
    this.table = table
    this.#lease = lease
  }

  /**
   * The entry as it may be used: itself, itself made stale, or null when it is gone.
   * @param nowMs wall clock
   */
  admit(key: string, entry: Entry, nowMs: number): Entry | null {
    const { version } = this.table
    if (this.passes(entry.judged, nowMs)) return entry
    const verdict = entry.judged === version ? 'none' : this.table.verdict(key, entry)
    if (verdict === 'hard') return null
    if (verdict === 'none') {
      entry.judged = version
      return this.#lease.holds(nowMs) ? entry : staled(entry, nowMs)
    }
    const stale = staled(entry, nowMs)
    stale.judged = version
    return stale
  }

  /** Whether what was judged under a version of the table passes as it is. @param nowMs wall clock */
  passes(judged: number | undefined, nowMs: number): boolean {
    return judged === this.table.version && this.#lease.holds(nowMs)
  }

  /** Takes purges of this edge alone. @param atMs wall clock */
  purgeHere(orders: readonly PurgeOrder[], atMs: number): void {
    for (const order of orders) this.table.addLocal(order, atMs)
  }

  /** Notes that what is kept under a key is out of date and was dropped: a fetch from before may still bring it (RFC 9111 §4.4). */
  forget(key: string, nowMs: number): void {
    this.#forgotten.delete(key)
    this.#forgotten.set(key, nowMs)
  }

  /** Whether what was fetched may be kept: one that a soft purge overtook is kept as stale, one that a hard one did is not. */
  mayKeep(key: string, entry: Entry): boolean {
    return !this.#isForgotten(key, entry) && this.table.verdict(key, entry) !== 'hard'
  }

  /** Whether what was fetched for one request may answer another that waited for it. */
  mayShare(key: string, entry: Entry): boolean {
    return !this.#isForgotten(key, entry) && this.table.verdict(key, entry) === 'none'
  }

  /** See `PurgeTable.generation`; it changes when a key is forgotten, too. */
  generation(key: string, tags: readonly string[]): string {
    const forgottenAtMs = this.#forgotten.get(key)
    const purged = this.table.generation(key, tags)
    return forgottenAtMs === undefined ? purged : `${purged}.${forgottenAtMs}`
  }

  #isForgotten(key: string, { requestedAtMs }: Entry): boolean {
    return (this.#forgotten.get(key) ?? 0) >= requestedAtMs
  }
}

/** The entry, stale from now on at the latest; the windows in which it may stand in for its origin begin then (RFC 5861). */
export function staled(entry: Entry, nowMs: number): Entry {
  if (remainingMs(entry, nowMs) <= 0) return entry
  // It may have been lent as a fresh one, and wait for its origin now.
  return { ...owned(entry), ready: null, lifetimeMs: currentAgeMs(entry, nowMs) }
}
