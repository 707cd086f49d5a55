import type { Random } from '../../edge/base/ports.ts'

/** The port `random` that gives the same chances for the same seed (mulberry32: fast, fair enough for tests). */
export class SeededRandom implements Random {
  #state: number

  /** @param seed any whole number */
  constructor(seed = 1) {
    this.#state = seed >>> 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from `min` to `max`, both possible. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** One of the given values. */
  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)] as T
  }

  hex(count: number): string {
    return Array.from({ length: count }, () => this.integer(0, 255).toString(16).padStart(2, '0')).join('')
  }
}
