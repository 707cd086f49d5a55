import { Abort } from '../../edge/base/abort.ts'
import type { Timers } from '../../edge/base/ports.ts'
import { pause } from './pause.ts'

/** One question after the other, until it is closed. */
export class Asking {
  readonly #abort = new Abort()
  readonly #running: Promise<void>

  /** @param askOnce never rejects; gives how long to wait before the next question, ms; asked for the first time at once */
  constructor(timers: Timers, askOnce: (abort: Abort) => Promise<number>) {
    this.#running = this.#run(timers, askOnce)
  }

  /** Stops asking; resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #run(timers: Timers, askOnce: (abort: Abort) => Promise<number>): Promise<void> {
    while (!this.#abort.aborted) {
      const pauseMs = await askOnce(this.#abort)
      await pause(pauseMs, timers, this.#abort)
    }
  }
}
