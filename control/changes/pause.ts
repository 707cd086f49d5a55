// Pauses between tries that grow, with full jitter, and that can be ended.

import type { Random, Timers } from '../../edge/base/ports.ts'

const FIRST_MS = 50
const LONGEST_MS = 1_000

/** Pauses of 0 to 50 ms at first, of 0 to 1 s at last. */
export class Pause {
  readonly #timers: Timers
  readonly #random: Random
  #tries = 0
  #ended = false
  #wake: () => void = () => {}

  constructor({ timers, random }: { readonly timers: Timers; readonly random: Random }) {
    this.#timers = timers
    this.#random = random
  }

  /** Waits; longer than the last time, until `reset`. At once when it was ended. */
  next(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#tries++, 16))
    return new Promise((resolve) => {
      const cancel = this.#timers.after(Math.ceil(this.#random.next() * longestMs), resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Begins with short pauses again. */
  reset(): void {
    this.#tries = 0
  }

  /** Ends the pause there is, and all to come. */
  end(): void {
    this.#ended = true
    this.#wake()
  }
}
