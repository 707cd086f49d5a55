// Which keys of a pool are so hot that one peer should not have them alone. Counted are requests that go to the pool, from a sample:
// what is answered from the cache bothers no peer.

import { HotKeys } from '../base/hot-keys.ts'
import type { HotKeySpreadConfig } from '../contract/balance.ts'

/** One request of so many is counted; a power of two. */
const SAMPLE_BITS = 3
const SAMPLE = 2 ** SAMPLE_BITS
/** Keys counted at once: a key below one in so many of all requests is spread late, and such a key is not hot. */
const CAPACITY = 256
/** After this long a request counts half. */
const HALF_LIFE_MS = 5_000

/** How widely the keys of a pool are spread. */
export class HotSpread {
  readonly rule: HotKeySpreadConfig
  readonly #sketch = new HotKeys({ capacity: CAPACITY, halfLifeMs: HALF_LIFE_MS })
  /** Linear congruential, its high bits are the lots. */
  #lot = 1

  constructor(rule: HotKeySpreadConfig) {
    this.rule = rule
  }

  /** Counts a request, and says over how many peers its key is spread: 1 until it is hot. O(1). @param nowMs monotonic */
  widthOf(key: string, nowMs: number): number {
    this.#lot = (Math.imul(this.#lot, 1_664_525) + 1_013_904_223) >>> 0
    if (this.#lot >>> (32 - SAMPLE_BITS) === 0) this.#sketch.hit(key, nowMs)
    const ratePerS = this.#sketch.rateOf(key, nowMs) * SAMPLE
    return ratePerS < this.rule.ratePerS ? 1 : Math.min(this.rule.maxPeers, 1 + Math.floor(ratePerS / this.rule.ratePerS))
  }
}
