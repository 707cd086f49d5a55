// The keys that one worker is asked for most, found from a sample of its lookups: a lookup pays for no more than drawing lots.

import { HotKeys } from '../base/hot-keys.ts'

/** One lookup of so many is counted; a power of two. */
const SAMPLE = 8
const SAMPLE_BITS = 3
/** Keys counted at once: some ten times as many as are ever listed. */
const CAPACITY = 512
/** After this long a lookup counts half: what was hot a few minutes ago is not hot any more. */
const HALF_LIFE_MS = 30_000
/** A key is hot from this share of all lookups on. */
const HOT_SHARE = 0.01
/** And from so many lookups a second on: of a handful of requests everything has its share. */
const HOT_RATE_PER_S = 20

/** A key that is asked for often. */
export interface HotKeyReading {
  readonly key: string
  /** Lookups a second, older ones counted for less. */
  readonly ratePerS: number
}

/** The keys that are asked for most. */
export class HotTraffic {
  readonly #sketch = new HotKeys({ capacity: CAPACITY, halfLifeMs: HALF_LIFE_MS })
  /** Linear congruential, its high bits are the lots: nobody who asks in turns can stay unseen. */
  #lot: number

  /** @param seed any whole number */
  constructor(seed: number) {
    this.#lot = seed >>> 0
  }

  /** Counts a lookup. @param nowMs monotonic */
  note(key: string, nowMs: number): void {
    this.#lot = (Math.imul(this.#lot, 1_664_525) + 1_013_904_223) >>> 0
    if (this.#lot >>> (32 - SAMPLE_BITS) === 0) this.#sketch.hit(key, nowMs)
  }

  /** Whether a key has a real part in all that is asked for. @param nowMs monotonic */
  isHot(key: string, nowMs: number): boolean {
    if (this.#sketch.share(key, nowMs) < HOT_SHARE) return false
    return this.top(1, nowMs).some(({ ratePerS }) => ratePerS >= HOT_RATE_PER_S)
  }

  /** The keys asked for most, the most wanted first. @param nowMs monotonic */
  top(count: number, nowMs: number): HotKeyReading[] {
    return this.#sketch.top(count, nowMs).map(({ key, ratePerS }) => ({ key, ratePerS: Math.round(ratePerS * SAMPLE * 10) / 10 }))
  }
}

/** Lists of the same time merged into one, e.g. of the workers of an edge. @param count how many of the keys, the most wanted first */
export function mergeHotKeys(lists: readonly (readonly HotKeyReading[])[], count: number): HotKeyReading[] {
  const rates = new Map<string, number>()
  for (const { key, ratePerS } of lists.flat()) rates.set(key, (rates.get(key) ?? 0) + ratePerS)
  return [...rates]
    .map(([key, ratePerS]) => ({ key, ratePerS }))
    .sort((a, b) => b.ratePerS - a.ratePerS)
    .slice(0, count)
}
