// How long nearly all answers take: counts in buckets whose bounds grow by a ninth, halved now and then, so that what was long ago
// fades. A quantile is the upper bound of its bucket, so it is never too low and at most a ninth too high. O(1) and no allocation for
// each answer; a quantile is looked for from the top, where it is near.

/** Buckets to each doubling. */
const PER_OCTAVE = 6
/** The upper bound of the first bucket, ms, and how many doublings there are: up to some nine minutes. */
const FIRST_MS = 0.25
const OCTAVES = 21
const BUCKETS = PER_OCTAVE * OCTAVES
/** When so many are counted all counts are halved. */
const FULL = 4_096
/** Fewer say nothing of one answer in twenty. */
const ENOUGH = 100

/** The latencies of a pool, seen from one worker. */
export class LatencyQuantile {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0

  /** Notes an answer. @param latencyMs 0 or more; one that was given up counts as long as it was waited for */
  record(latencyMs: number): void {
    const octave = latencyMs <= FIRST_MS ? 0 : Math.log2(latencyMs / FIRST_MS)
    this.#counts[Math.min(BUCKETS - 1, Math.ceil(octave * PER_OCTAVE))]! += 1
    this.#total += 1
    if (this.#total >= FULL) this.#halve()
  }

  /** What this share of answers stayed within, ms; null while too few are known. @param quantile 0 to 1 */
  quantile(quantile: number): number | null {
    if (this.#total < ENOUGH) return null
    let above = (1 - quantile) * this.#total
    let bucket = BUCKETS - 1
    for (; bucket > 0; bucket -= 1) {
      above -= this.#counts[bucket]!
      if (above < 0) break
    }
    return FIRST_MS * 2 ** (bucket / PER_OCTAVE)
  }

  #halve(): void {
    this.#total = 0
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.#counts[bucket]! >>>= 1
      this.#total += this.#counts[bucket]!
    }
  }
}
