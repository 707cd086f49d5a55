// A request body, copied as it goes by: whole within its bound, or not at all. The copy counts against the budget of the worker, and
// is the first to do without.

import type { ByteBudget } from '../base/byte-budget.ts'
import type { BodyWatcher } from '../http/body.ts'

/** The part of the budget beyond which nothing is copied; the rest is for clients. */
const COPIES_RATIO = 0.25

/** What came of copying. The bytes are counted until they are given back by whoever takes them. */
export type BodyCopy = { readonly kind: 'whole'; readonly bytes: Uint8Array } | { readonly kind: 'too-long' | 'cut' | 'no-room' }

/** Copies a body that it watches. */
export class CopiedBody implements BodyWatcher {
  readonly #maxBytes: number
  readonly #budget: ByteBudget
  readonly #told: (copy: BodyCopy) => void
  #chunks: Uint8Array[] = []
  #bytes = 0
  #over = false

  /** @param told called once */
  constructor(maxBytes: number, budget: ByteBudget, told: (copy: BodyCopy) => void) {
    this.#maxBytes = maxBytes
    this.#budget = budget
    this.#told = told
  }

  chunk(bytes: Uint8Array): void {
    if (this.#over) return
    if (this.#bytes + bytes.byteLength > this.#maxBytes) return this.#giveUp('too-long')
    if (!this.#budget.take(bytes.byteLength, this.#budget.maxBytes * COPIES_RATIO)) return this.#giveUp('no-room')
    this.#bytes += bytes.byteLength
    this.#chunks.push(bytes)
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.#told({ kind: 'whole', bytes: Buffer.concat(this.#chunks) })
  }

  cut(): void {
    if (!this.#over) this.#giveUp('cut')
  }

  #giveUp(kind: 'too-long' | 'cut' | 'no-room'): void {
    this.#over = true
    this.#budget.give(this.#bytes)
    this.#chunks = []
    this.#told({ kind })
  }
}
