// The real clock, timers and chance. Only the mains take these; everything else gets them through Ports.

import { randomFillSync } from 'node:crypto'
import type { Clock, Random, Timers } from '../ports.ts'

/** The clock of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** The timers of the machine; they never keep a process alive. */
export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** Random bytes fetched at once: asking the system for a few costs as much as asking for thousands. */
const POOL_BYTES = 8_192

/** Random hex out of a pool; what was given out is wiped from it. */
class HexPool {
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES

  take(count: number): string {
    if (count > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} bytes at once`)
    if (this.#used + count > POOL_BYTES) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const text = this.#pool.toString('hex', this.#used, this.#used + count)
    this.#pool.fill(0, this.#used, this.#used + count)
    this.#used += count
    return text
  }
}

const hexPool = new HexPool()

/** The chance of the machine. */
export const systemRandom: Random = {
  next: () => Math.random(),
  hex: (count) => hexPool.take(count),
}
