// The most peers there were within a window that ends now.
//
// Invariant: the samples get smaller towards the end, so there are never more of them than the first has peers. A sample stands until
// the next one, so the one before the window counts until another does. O(1) amortised.

/** The most peers within a window. */
export class PeakWindow {
  readonly #windowMs: number
  #samples: { readonly atMs: number; readonly count: number }[] = []

  /** @param windowMs 0 or more */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** There are so many from now on. */
  add(count: number, nowMs: number): void {
    while (this.#samples.length > 0 && this.#samples.at(-1)!.count <= count) this.#samples.pop()
    this.#samples.push({ atMs: nowMs, count })
  }

  /** The most there were; 0 before the first sample. */
  peak(nowMs: number): number {
    while (this.#samples.length > 1 && this.#samples[1]!.atMs <= nowMs - this.#windowMs) this.#samples.shift()
    return this.#samples[0]?.count ?? 0
  }

  /** Forgets what was: there are so many, and that is how it should be. */
  reset(count: number, nowMs: number): void {
    this.#samples = [{ atMs: nowMs, count }]
  }
}
