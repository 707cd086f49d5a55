// How the requests of one peer went in the last while: a ring of slices, each with its sums, and the sums of all of them. Time moves
// it on whenever it is touched; what is older than the window is taken off slice by slice. O(1) per request, no allocation.

const SLICES = 10
/** Sums of a slice: requests that ended, failures among them, heads of answers, and the time to those. */
const [REQUESTS, FAILURES, ANSWERS, TIME_MS, SUMS] = [0, 1, 2, 3, 4] as const

/** The outcomes of one peer within a window of time. */
export class OutcomeWindow {
  readonly windowMs: number
  readonly #sliceMs: number
  readonly #slices = new Float64Array(SLICES * SUMS)
  readonly #all = new Float64Array(SUMS)
  /** The number of the slice that is being filled, counted from the zero of the clock. */
  #now = Number.NEGATIVE_INFINITY

  /** @param windowMs how far back it looks; it forgets in steps of a tenth of that */
  constructor(windowMs: number) {
    this.windowMs = windowMs
    this.#sliceMs = windowMs / SLICES
  }

  /** A request ended well. */
  succeeded(nowMs: number): void {
    this.#add(nowMs, REQUESTS, 1)
  }

  /** A request failed. */
  failed(nowMs: number): void {
    this.#add(nowMs, REQUESTS, 1)
    this.#add(nowMs, FAILURES, 1)
  }

  /** The head of an answer came. @param tookMs since the request was sent */
  answered(tookMs: number, nowMs: number): void {
    this.#add(nowMs, ANSWERS, 1)
    this.#add(nowMs, TIME_MS, tookMs)
  }

  /** Requests that ended, and the part of them that failed, 0..1. */
  failures(nowMs: number): { readonly requests: number; readonly ratio: number } {
    this.#move(nowMs)
    const requests = this.#all[REQUESTS]!
    return { requests, ratio: requests === 0 ? 0 : this.#all[FAILURES]! / requests }
  }

  /** Heads of answers, and the mean time to them. */
  times(nowMs: number): { readonly answers: number; readonly meanMs: number } {
    this.#move(nowMs)
    const answers = this.#all[ANSWERS]!
    return { answers, meanMs: answers === 0 ? 0 : this.#all[TIME_MS]! / answers }
  }

  /** Forgets everything. */
  clear(): void {
    this.#slices.fill(0)
    this.#all.fill(0)
  }

  #add(nowMs: number, sum: number, amount: number): void {
    const slice = this.#move(nowMs)
    this.#slices[slice + sum]! += amount
    this.#all[sum]! += amount
  }

  /** Forgets what is too old. @returns where the present slice begins */
  #move(nowMs: number): number {
    const now = Math.floor(nowMs / this.#sliceMs)
    if (now - this.#now >= SLICES) this.clear()
    else for (let slice = this.#now + 1; slice <= now; slice++) this.#forget((slice % SLICES) * SUMS)
    this.#now = Math.max(now, this.#now)
    return (this.#now % SLICES) * SUMS
  }

  #forget(slice: number): void {
    for (let sum = 0; sum < SUMS; sum++) {
      this.#all[sum]! -= this.#slices[slice + sum]!
      this.#slices[slice + sum] = 0
    }
  }
}
