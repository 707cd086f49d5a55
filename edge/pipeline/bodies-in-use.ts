// Bodies of kept entries that slow clients are reading. The cache may drop an entry at any time; who reads it keeps its bytes, and
// a client that reads a byte now and then would keep them for hours, beyond all bounds of the cache.

import type { ByteBudget } from '../base/byte-budget.ts'

/** Counts bodies being read against the budget of the worker: each once, however many read it. */
export class BodiesInUse {
  readonly #budget: ByteBudget
  /** Bounded by the requests in flight. */
  readonly #readers = new Map<Uint8Array, number>()

  constructor(budget: ByteBudget) {
    this.#budget = budget
  }

  /** Bodies being read. */
  get size(): number {
    return this.#readers.size
  }

  /** Somebody begins to read these bytes. */
  enter(bytes: Uint8Array): void {
    const readers = this.#readers.get(bytes) ?? 0
    if (readers === 0) this.#budget.hold(bytes.byteLength)
    this.#readers.set(bytes, readers + 1)
  }

  /** Somebody who had begun has ended. */
  leave(bytes: Uint8Array): void {
    const readers = this.#readers.get(bytes)
    if (readers === undefined) return
    if (readers > 1) {
      this.#readers.set(bytes, readers - 1)
      return
    }
    this.#readers.delete(bytes)
    this.#budget.give(bytes.byteLength)
  }
}
