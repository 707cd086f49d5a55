// Outcomes of the last while, counted in a ring of buckets: O(1) to count, a fixed sum to read, nothing kept of single calls.
// What is read covers between nine tenths of the window and all of it, since the oldest bucket goes as a whole.

import type { Outcome } from './breaker.ts'

const BUCKETS = 10
/** Of each bucket: all, failed, slow. */
const WIDTH = 3

/** Counts outcomes of the last `windowMs`. */
export class OutcomeWindow {
  readonly #bucketMs: number
  readonly #counts = new Int32Array(BUCKETS * WIDTH)
  /** The number of the bucket that is counted in, from the zero of the clock. */
  #current = Number.NEGATIVE_INFINITY
  #all = 0
  #failed = 0
  #slow = 0

  /** @param windowMs 10 or more */
  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS
  }

  /** Calls of the last while. */
  get all(): number {
    return this.#all
  }

  /** How many of them failed. */
  get failed(): number {
    return this.#failed
  }

  /** How many of them were late. */
  get slow(): number {
    return this.#slow
  }

  /** Counts an outcome; the numbers are then those of this moment. @param nowMs monotonic */
  add(outcome: Outcome, nowMs: number): void {
    this.#moveTo(Math.floor(nowMs / this.#bucketMs))
    const at = (this.#current % BUCKETS) * WIDTH
    this.#counts[at]! += 1
    this.#all += 1
    if (outcome === 'failed') {
      this.#counts[at + 1]! += 1
      this.#failed += 1
    }
    if (outcome === 'slow') {
      this.#counts[at + 2]! += 1
      this.#slow += 1
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#counts.fill(0)
    this.#all = 0
    this.#failed = 0
    this.#slow = 0
  }

  #moveTo(bucket: number): void {
    if (bucket === this.#current) return
    if (bucket - this.#current >= BUCKETS) this.clear()
    else for (let passed = this.#current + 1; passed <= bucket; passed += 1) this.#drop((passed % BUCKETS) * WIDTH)
    this.#current = bucket
  }

  #drop(at: number): void {
    this.#all -= this.#counts[at]!
    this.#failed -= this.#counts[at + 1]!
    this.#slow -= this.#counts[at + 2]!
    this.#counts.fill(0, at, at + WIDTH)
  }
}
