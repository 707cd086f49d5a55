// Whether somebody still wants the answer. Cheaper than an AbortSignal: one object, no event target, listeners only where there is work to stop.

import type { Cancel } from './ports.ts'

/** Says once that a piece of work is no longer wanted. */
export class Abort {
  #aborted = false
  #listeners: (() => void)[] | null = null

  /** Whether the work is no longer wanted. */
  get aborted(): boolean {
    return this.#aborted
  }

  /** Says that the work is no longer wanted; later calls do nothing. */
  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    const listeners = this.#listeners
    this.#listeners = null
    for (const listener of listeners ?? []) listener()
  }

  /** Calls `listener` when the work is no longer wanted, at once if that is so already. */
  on(listener: () => void): Cancel {
    if (this.#aborted) {
      listener()
      return () => {}
    }
    this.#listeners ??= []
    this.#listeners.push(listener)
    return () => {
      const at = this.#listeners?.indexOf(listener) ?? -1
      if (at >= 0) this.#listeners?.splice(at, 1)
    }
  }
}
