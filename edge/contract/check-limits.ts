import type { Problem } from './problem.ts'
import type { Site } from './site.ts'
import { DAY_MS, parseRate } from './units.ts'

/** The longest that a spent burst may take to come back. */
const MAX_REFILL_MS = 365 * DAY_MS

/** The problems of a site's limits. */
export function* checkLimits(site: Site): Generator<Problem> {
  for (const [id, limit] of Object.entries(site.limits)) {
    const rate = parseRate(limit.rate)
    if (rate === null || limit.burst === undefined) continue
    const most = Math.floor((MAX_REFILL_MS / rate.perMs) * rate.count)
    // Beyond a year nothing ever comes back, and the counting would leave the whole numbers.
    if (limit.burst <= most) continue
    yield {
      pointer: `/limits/${id}/burst`,
      message: `must be at most ${most} at ${limit.rate}, which comes back within a year; it is ${limit.burst}`,
    }
  }
}
