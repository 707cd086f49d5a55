// Purges of URLs that unsafe requests changed, for the other edges. Any client that may write can cause one, and each is a row of the log
// and makes every edge judge its entries once more, so their rate is bounded: what is above it waits, each URL once, and what does not
// find room to wait is forgotten at its own edge alone.

import type { Metrics, Timers } from '../base/ports.ts'
import type { PurgeOrder } from '../contract/purge.ts'
import { SECOND_MS } from '../contract/units.ts'
import { OutcomeCounters } from './outcome-counters.ts'

/** Purges of one worker within a second. */
const MAX_A_SECOND = 10
/** URLs that wait: ten seconds' worth. A purge that comes later than that helps nobody. */
const MAX_WAITING = 100

/** What becomes of a URL: purged now, once it is its turn, together with one that waits already, or not at all. */
type WritePurge = 'sent' | 'waits' | 'merged' | 'full'

/** Lets other edges forget what was written to, at a bounded rate. */
export class WritePurges {
  readonly #waiting = new Set<string>()
  readonly #timers: Timers
  readonly #outcomes: OutcomeCounters<WritePurge>
  readonly #purge: (orders: readonly PurgeOrder[]) => void
  #left = MAX_A_SECOND
  /** Whether a second is running, after which `#left` is whole again. */
  #isCounting = false

  /** @param purge called with 1 to 10 orders at a time */
  constructor({ timers, metrics }: { readonly timers: Timers; readonly metrics: Metrics }, purge: (orders: readonly PurgeOrder[]) => void) {
    this.#timers = timers
    this.#outcomes = new OutcomeCounters(metrics, 'weir_cache_write_purges_total')
    this.#purge = purge
  }

  /** A URL was written to. @param url canonical, without what fields and cookies add to its key */
  add(url: string): void {
    this.#outcomes.count(this.#take(url))
  }

  #take(url: string): WritePurge {
    if (this.#waiting.has(url)) return 'merged'
    if (this.#left > 0) {
      this.#send([url])
      return 'sent'
    }
    if (this.#waiting.size >= MAX_WAITING) return 'full'
    this.#waiting.add(url)
    return 'waits'
  }

  #send(urls: readonly string[]): void {
    this.#left -= urls.length
    this.#purge(urls.map((url) => ({ by: 'url', url, mode: 'hard', againAfterMs: 0 })))
    if (this.#isCounting) return
    this.#isCounting = true
    this.#timers.after(SECOND_MS, () => this.#nextSecond())
  }

  #nextSecond(): void {
    this.#isCounting = false
    this.#left = MAX_A_SECOND
    if (this.#waiting.size === 0) return
    const due = [...this.#waiting].slice(0, MAX_A_SECOND)
    for (const url of due) this.#waiting.delete(url)
    this.#send(due)
  }
}
