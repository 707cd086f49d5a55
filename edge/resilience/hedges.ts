// Who waits for a first answer, and when a second peer is asked as well. One look at all of them every few ms instead of a timer for
// each: who came first is due first, so the look ends at the first that is not.
//
// Invariant: whoever entered is either told to hedge once, refused once, or left before; nobody stands in the queue after that.

import type { Cancel, Clock, Timers } from '../base/ports.ts'
import type { HedgeConfig } from '../contract/hedge.ts'
import { LatencyQuantile } from './latency-quantile.ts'
import { ShareBudget } from './share-budget.ts'

/** How often it is looked who is due. */
const SWEEP_MS = 5
/** A look so late says that this thread was held up: answers may be here already that nobody has read. */
const STALLED_MS = 4 * SWEEP_MS
/** Looks without anybody waiting before there are no more. */
const IDLE_SWEEPS = 200

/** A request that waits for its first answer. */
export interface HedgeWaiter {
  /** It has waited long enough: asks a second peer. @returns whether there was one */
  hedge(): boolean
  /** It has waited long enough, but too many have been asked twice. */
  refused(): void
}

/** The hedges of a pool, seen from one worker; outlives revisions. */
export class Hedges {
  readonly latency = new LatencyQuantile()
  readonly #budget = new ShareBudget()
  /** When each came, monotonic ms; the first came first. */
  readonly #waiting = new Map<HedgeWaiter, number>()
  #rule: HedgeConfig
  #stop: Cancel | null = null
  #sweptAtMs = 0
  #idleSweeps = 0

  constructor(rule: HedgeConfig) {
    this.#rule = rule
  }

  /** What counts from now on. */
  set rule(rule: HedgeConfig) {
    this.#rule = rule
  }

  /** Requests that wait for their first answer. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** How long a request waits before a second peer is asked, ms; null while that is not known. */
  get delayMs(): number | null {
    const usualMs = this.latency.quantile(this.#rule.afterPercentile)
    return usualMs === null ? null : Math.max(this.#rule.minMs, usualMs)
  }

  /** A request has been sent. */
  enter(waiter: HedgeWaiter, ports: { readonly clock: Clock; readonly timers: Timers }): void {
    const nowMs = ports.clock.monotonicMs()
    this.#budget.noteRequest(nowMs)
    this.#waiting.set(waiter, nowMs)
    if (this.#stop !== null) return
    this.#sweptAtMs = nowMs
    this.#idleSweeps = 0
    this.#stop = ports.timers.every(SWEEP_MS, () => this.#sweep(ports.clock.monotonicMs()))
  }

  /** It waits no more; harmless when it does not. */
  leave(waiter: HedgeWaiter): void {
    this.#waiting.delete(waiter)
  }

  #sweep(nowMs: number): void {
    const stalled = nowMs - this.#sweptAtMs > STALLED_MS
    this.#sweptAtMs = nowMs
    if (this.#waiting.size === 0) return this.#idle()
    this.#idleSweeps = 0
    if (stalled) return
    const delayMs = this.delayMs
    if (delayMs === null) return
    for (const [waiter, sinceMs] of this.#waiting) {
      if (nowMs - sinceMs < delayMs) return
      this.#waiting.delete(waiter)
      this.#due(waiter, nowMs)
    }
  }

  #due(waiter: HedgeWaiter, nowMs: number): void {
    const budgetRule = { share: this.#rule.maxShare, floorPerS: 0 }
    if (!this.#budget.mayTake(budgetRule, nowMs)) return waiter.refused()
    if (waiter.hedge()) this.#budget.take(budgetRule, nowMs)
  }

  #idle(): void {
    this.#idleSweeps += 1
    if (this.#idleSweeps < IDLE_SWEEPS) return
    this.#stop?.()
    this.#stop = null
  }
}
