// Durations counted in buckets that grow by a fourth root of two (19 %), from 1 ms to a minute: few numbers, and a quantile read from them is
// off by less than a tenth. Both planes read them alike.

/** How many buckets there are; the last takes all that is longer. */
export const BUCKETS = 64
const PER_OCTAVE = 4

/** The bucket of a duration, 0 to `BUCKETS - 1`. */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(durationMs) * PER_OCTAVE))
}

/**
 * The duration below which a share of what was counted lies, in ms.
 * @param counts one per bucket; what is missing at the end is 0
 * @param quantile 0 to 1
 * @returns null when nothing was counted
 */
export function quantileOf(counts: readonly number[], quantile: number): number | null {
  let sum = 0
  for (const count of counts) sum += count
  if (sum === 0) return null
  const rank = Math.min(1, Math.max(0, quantile)) * sum
  let below = 0
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) return boundOf(bucket - (below + count - rank) / count)
    below += count
  }
  return boundOf(BUCKETS - 1)
}

// The upper bound of a bucket, or a place between two.
function boundOf(place: number): number {
  return 2 ** (place / PER_OCTAVE)
}
