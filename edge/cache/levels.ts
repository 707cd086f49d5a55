import { isPromise } from '../base/is-promise.ts'
import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'
import type { BodyTerms, Level, NearLevel, Promotion, Spot } from './level.ts'
import type { PurgeFence } from './purge-fence.ts'
import { isFresh, type Ready } from './ready.ts'

/** An entry, and the level that it came from. */
export interface Found {
  readonly entry: Entry
  readonly level: 'L1' | 'L2'
}

/** How a lookup is made. */
export interface LookupTerms {
  /** Wall clock. */
  readonly nowMs: number
  /** `leave` for crawlers: what they find in L2 stays there. */
  readonly promotion: Promotion
  /** `lend` for who sends a short body at once and holds on to nothing: it may lie in a larger piece of memory then. */
  readonly body?: BodyTerms
  /** For an entry that moves up; see `Level.put`. */
  readonly maxVariants: number
  /** See `Spot`; null when nobody remembers one. */
  readonly spot: Spot | null
}

/** How a store is made. */
export interface StoreTerms {
  /** Wall clock. */
  readonly nowMs: number
  /** `l2-only` for crawlers: what only they asked for must not take room from people. */
  readonly into: 'both' | 'l2-only'
  readonly maxVariants: number
}

/** The levels in order, memory before Redis. */
export class Levels {
  readonly #l1: NearLevel
  readonly #l2: Level | null
  readonly #fence: PurgeFence

  /** @param l2 null when there is memory only @param fence every entry passes it, from whichever level it comes */
  constructor(l1: NearLevel, l2: Level | null, fence: PurgeFence) {
    this.#l1 = l1
    this.#l2 = l2
    this.#fence = fence
  }

  /**
   * The entry for a request, stale ones included; null when no level has it. A fresh one in memory is given at once, not as a promise.
   * For a stale one L2 is asked too: another edge may have renewed it, and one trip there is cheaper than one to the origin.
   * @throws never, and never rejects
   */
  lookup(key: string, request: Fields, terms: LookupTerms): Found | null | Promise<Found | null> {
    const kept = this.#l1.get(key, request, terms.nowMs, terms.promotion, terms.spot)
    const near = kept === null ? null : this.#fence.admit(key, kept, terms.nowMs)
    // Its other variants are fetched again at worst; what is gone should not take room.
    if (kept !== null && near === null) this.#l1.delete(key)
    const found: Found | null = near === null ? null : { entry: near, level: 'L1' }
    if (this.#l2 === null || (near !== null && isFresh(near, terms.nowMs))) return found
    const far = this.#l2.get(key, request, terms.nowMs, terms.promotion, terms.spot, terms.body)
    if (isPromise(far)) return far.then((entry) => this.#newer(found, entry, key, terms))
    return this.#newer(found, far, key, terms)
  }

  /**
   * The answer that stands ready in memory where it was found before, and may be sent as it is to who asks nothing of caches; null when the
   * key has to be looked up.
   */
  ready(spot: Spot, nowMs: number, promotion: Promotion): Ready | null {
    const ready = this.#l1.ready(spot, nowMs, promotion)
    return ready !== null && this.#fence.passes(ready.judged, nowMs) ? ready : null
  }

  /** Keeps an entry. Memory has it when this returns; the promise, if any, is about L2 and needs no waiting. @throws never, and never rejects */
  store(key: string, entry: Entry, terms: StoreTerms): void | Promise<void> {
    if (terms.into === 'both') this.#l1.put(key, entry, terms.maxVariants, terms.nowMs)
    return this.#l2?.put(key, entry, terms.maxVariants, terms.nowMs)
  }

  /**
   * Drops all variants of a key from all levels, as after an unsafe request (RFC 9111 §4.4).
   * @param fillSeq see `Level.delete`
   * @throws never, and never rejects
   */
  delete(key: string, fillSeq?: number): void | Promise<void> {
    this.#l1.delete(key)
    return this.#l2?.delete(key, fillSeq)
  }

  #newer(near: Found | null, kept: Entry | null, key: string, terms: LookupTerms): Found | null {
    const far = kept === null ? null : this.#fence.admit(key, kept, terms.nowMs)
    if (far === null || (near !== null && near.entry.receivedAtMs >= far.receivedAtMs)) return near
    if (terms.promotion === 'promote') this.#l1.put(key, far, terms.maxVariants, terms.nowMs)
    return { entry: far, level: 'L2' }
  }
}
