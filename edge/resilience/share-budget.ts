// A budget that grows with the work: of each hundred requests so many may cost one more. Counted in a rolling window of ten slots of a
// second, so that a quiet hour saves nothing up and a burst is forgotten soon. O(1), no allocation.
//
// Invariant: within any window no more is spent than `share` of the requests in it, and `floorPerS` for each of its seconds.

import { SECOND_MS } from '../contract/units.ts'

const SLOTS = 10
const SLOT_MS = SECOND_MS
/** How long a window is. */
export const WINDOW_S = (SLOTS * SLOT_MS) / SECOND_MS

/** How much may be spent. */
export interface BudgetRule {
  /** Of the requests in the window, 0 to 1. */
  readonly share: number
  /** Beside that, for each second of the window. */
  readonly floorPerS: number
}

/** What a pool may be asked beyond its requests, seen from one worker. */
export class ShareBudget {
  readonly #requests = new Uint32Array(SLOTS)
  readonly #spent = new Uint32Array(SLOTS)
  #requestsSum = 0
  #spentSum = 0
  /** Number of the slot that is counted in, from the beginning of the clock. */
  #slot = 0

  /** Requests in the window. */
  get requests(): number {
    return this.#requestsSum
  }

  /** What was spent in the window. */
  get spent(): number {
    return this.#spentSum
  }

  /** Notes a request. @param nowMs monotonic ms */
  noteRequest(nowMs: number): void {
    this.#requests[this.#turnTo(nowMs)]! += 1
    this.#requestsSum += 1
  }

  /** Spends one, if there is one left. @param nowMs monotonic ms @returns whether it was spent */
  take(rule: BudgetRule, nowMs: number): boolean {
    if (!this.mayTake(rule, nowMs)) return false
    this.#spent[this.#turnTo(nowMs)]! += 1
    this.#spentSum += 1
    return true
  }

  /** Whether there is one left to spend. @param nowMs monotonic ms */
  mayTake(rule: BudgetRule, nowMs: number): boolean {
    this.#turnTo(nowMs)
    return this.#spentSum + 1 <= rule.share * this.#requestsSum + rule.floorPerS * WINDOW_S
  }

  /** Empties the slots that have passed. @returns where to count now */
  #turnTo(nowMs: number): number {
    const slot = Math.floor(nowMs / SLOT_MS)
    const passed = Math.min(SLOTS, slot - this.#slot)
    for (let back = 0; back < passed; back += 1) {
      const at = (slot - back) % SLOTS
      this.#requestsSum -= this.#requests[at]!
      this.#spentSum -= this.#spent[at]!
      this.#requests[at] = 0
      this.#spent[at] = 0
    }
    this.#slot = slot
    return slot % SLOTS
  }
}
