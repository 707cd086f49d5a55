import { KeyedHash } from '../base/keyed-hash.ts'
import type { SharedCells } from '../base/shared-cells.ts'
import type { Rate } from '../contract/units.ts'
import { type Limiter, MAX_RETRY_AFTER_MS, type Reading, type Verdict } from './limiter.ts'

// The generic cell rate algorithm [1]: each unit costs one emission interval (1 ÷ rate), and a key may owe at most `burst` of
// them. What it owes melts with time, so one number per key does what a bucket and a refill timer would do.
// Invariant: in any span of t ms, one key gets at most burst + t × rate units, whichever workers it comes to.
// The debt is kept beside the moment it was noted, not as one date: a date in a double has steps of 0.2 µs, and a fast rate
// added step by step would lose or win units by rounding. O(1) per take, one lock.
// [1] ITU-T I.371, Annex A: virtual scheduling. The date named there is `atMs + debtMs` here.

// What rounding may add up to in the debt of a whole budget, in units.
const TOLERANCE = 1e-6
// Workers note debts by clocks that they read at slightly different moments; a debt further ahead than this means that the
// clock was set back.
const CLOCK_SLACK_MS = 1_000

/** A limit by GCRA in a table that all workers share. */
export class Gcra implements Limiter {
  readonly #table: SharedCells
  readonly #hash: KeyedHash
  readonly #burst: number
  readonly #emissionMs: number
  readonly #windowMs: number

  /**
   * @param options `id` names the budget: two limits of one id share it, also across configurations, and when rate or burst
   * differ from what a key's debt was counted by, the used share stays and is never reset; `burst` integer >= 1
   */
  constructor(options: { readonly id: string; readonly rate: Rate; readonly burst: number; readonly table: SharedCells }) {
    this.#table = options.table
    this.#burst = options.burst
    this.#emissionMs = options.rate.perMs / options.rate.count
    this.#windowMs = options.burst * this.#emissionMs
    // Hashing the key under a hash of the id stands for hashing both: limits never meet in a cell.
    const ofId = new KeyedHash(options.table.seedLow, options.table.seedHigh)
    ofId.update(options.id)
    this.#hash = new KeyedHash(ofId.low, ofId.high)
  }

  take(key: string, cost: number, nowMs: number): Verdict {
    const cell = this.#enter(key, nowMs)
    const debtMs = this.#debtMs(cell, nowMs)
    const wantedMs = debtMs + cost * this.#emissionMs
    const allowed = wantedMs <= this.#windowMs + TOLERANCE * this.#emissionMs
    // A refusal is written too: the debt then counts by the present rate, whatever rate it was counted by before.
    this.#table.leave(cell, allowed ? wantedMs : debtMs, nowMs, this.#windowMs)
    const { remaining, resetMs } = this.#reading(allowed ? wantedMs : debtMs)
    if (allowed) return { allowed, remaining, resetMs }
    const waitMs = cost > this.#burst ? MAX_RETRY_AFTER_MS : Math.ceil(wantedMs - this.#windowMs)
    return { allowed, remaining, resetMs, retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS) }
  }

  giveBack(key: string, cost: number, nowMs: number): Verdict {
    const cell = this.#enter(key, nowMs)
    const debtMs = Math.max(0, this.#debtMs(cell, nowMs) - cost * this.#emissionMs)
    this.#table.leave(cell, debtMs, nowMs, this.#windowMs)
    const { remaining, resetMs } = this.#reading(debtMs)
    return { allowed: true, remaining, resetMs }
  }

  #enter(key: string, nowMs: number): number {
    this.#hash.update(key)
    return this.#table.enter(this.#hash.low, this.#hash.high, nowMs)
  }

  /** What a cell owes now, counted by this rate. */
  #debtMs(cell: number, nowMs: number): number {
    const countedInMs = this.#table.windowMs(cell)
    // Noted by a worker that is ahead, a debt is larger by as much: it ends at the same moment for both.
    const debtMs = this.#table.debtMs(cell) - (nowMs - this.#table.atMs(cell))
    if (countedInMs === 0 || debtMs <= 0) return 0
    const scaledMs = (debtMs * this.#windowMs) / countedInMs
    // After a clock was set back nobody waits longer than for one whole budget.
    return scaledMs > this.#windowMs + CLOCK_SLACK_MS ? this.#windowMs : scaledMs
  }

  #reading(debtMs: number): Reading {
    const remaining = Math.max(0, Math.floor((this.#windowMs - debtMs) / this.#emissionMs + TOLERANCE))
    return { remaining, resetMs: Math.ceil(debtMs) }
  }
}
