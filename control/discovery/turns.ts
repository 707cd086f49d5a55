// How many may do something at once; the others wait for their turn, first come, first served.

import type { Abort } from '../../edge/base/abort.ts'

/** A number of places. Who waits is bounded by who asks: one turn for each service under watch. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  /** @param places 1 or more */
  constructor(places: number) {
    this.#free = places
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Runs `work` when a place is free. @throws what `work` throws, and Error when `abort` said to stop before its turn came */
  async run<T>(abort: Abort, work: () => Promise<T>): Promise<T> {
    await this.#take(abort)
    try {
      return await work()
    } finally {
      this.#giveBack()
    }
  }

  #take(abort: Abort): Promise<void> {
    if (abort.aborted) return Promise.reject(new Error('given up'))
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const turn = () => {
        off()
        resolve()
      }
      const off = abort.on(() => {
        if (this.#waiting.delete(turn)) reject(new Error('given up'))
      })
      this.#waiting.add(turn)
    })
  }

  // A place goes straight to who waits longest, so that nobody who comes just now can take it first.
  #giveBack(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
