// How a group of a route fares at its pool: requests, failures, and times to the head of the answer. Fixed memory; what is read is let go of.

import { BUCKETS, bucketOf } from '../base/log-buckets.ts'
import { CanaryFuse, type Recent } from './canary-fuse.ts'

/** What was counted since the last reading. */
export interface GroupReading {
  readonly route: string
  readonly group: string
  readonly requests: number
  /** Of them, those that its pool failed. */
  readonly failures: number
  /** Times by bucket, see `bucketOf`; zeros at the end are left out. */
  readonly times: readonly number[]
}

/** After so many requests what is remembered as recent is halved. */
const RECENT = 100

/** Counts for one group of a route. */
export class GroupTally {
  readonly route: string
  readonly group: string
  /** What is done when it plainly fails. */
  readonly fuse = new CanaryFuse()
  readonly #times = new Uint32Array(BUCKETS)
  #requests = 0
  #failures = 0
  #recentRequests = 0
  #recentFailures = 0

  constructor(route: string, group: string) {
    this.route = route
    this.group = group
  }

  /** Of about the last hundred requests, whether or not they were taken: older ones count half. */
  get recent(): Recent {
    return { requests: this.#recentRequests, failures: this.#recentFailures }
  }

  /** Sends nobody to it any more under these shares; under others it is looked at anew. */
  blowFuse(shares: readonly number[]): void {
    const share = Math.round((100 * this.#recentFailures) / this.#recentRequests)
    this.fuse.blow(shares, `${share} % of the last requests at this edge failed`)
    this.#recentRequests = 0
    this.#recentFailures = 0
  }

  /** A request that the pool answered. @param durationMs to the head of the answer, all tries together */
  answered(durationMs: number): void {
    this.#requests += 1
    this.#times[bucketOf(durationMs)]! += 1
    this.#recentRequests += 1
    if (this.#recentRequests < RECENT) return
    this.#recentRequests /= 2
    this.#recentFailures /= 2
  }

  /** A request that the pool failed. How long that took is counted too: a pool that fails fast is not a fast one, but a slow failure is slow. */
  failed(durationMs: number): void {
    this.#failures += 1
    this.#recentFailures += 1
    this.answered(durationMs)
  }

  /** What was counted since the last call; null when nothing was. */
  take(): GroupReading | null {
    if (this.#requests === 0) return null
    const { route, group } = this
    const reading = { route, group, requests: this.#requests, failures: this.#failures, times: trimmed([...this.#times]) }
    this.#requests = 0
    this.#failures = 0
    this.#times.fill(0)
    return reading
  }
}

/** Takes all tallies, and gives those of some routes: of the others nobody wants to know what was before. */
export function takenOf(tallies: Iterable<readonly [string, GroupTally]>, routes: { has(route: string): boolean }): GroupReading[] {
  const readings: GroupReading[] = []
  for (const [, tally] of tallies) {
    const reading = tally.take()
    if (reading !== null && routes.has(reading.route)) readings.push(reading)
  }
  return readings
}

/** Readings added up by route and group, the first `max` groups of them. */
export function addedUp(readings: Iterable<GroupReading>, max: number): GroupReading[] {
  const sums = new Map<string, GroupReading>()
  for (const reading of readings) {
    const { route, group } = reading
    const key = `${route} ${group}`
    const known = sums.get(key)
    if (known === undefined && sums.size >= max) continue
    sums.set(key, known === undefined ? reading : plus(known, reading))
  }
  return [...sums.values()]
}

function plus(one: GroupReading, other: GroupReading): GroupReading {
  const [long, short] = one.times.length >= other.times.length ? [one.times, other.times] : [other.times, one.times]
  const times = long.map((count, bucket) => count + (short[bucket] ?? 0))
  return { ...one, requests: one.requests + other.requests, failures: one.failures + other.failures, times }
}

function trimmed(counts: number[]): number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1)
}
