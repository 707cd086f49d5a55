// A bulkhead: at most so many requests at a pool at once, in all workers of the edge together, and a bounded queue for those who
// find no room. Who waits is served by kind (high, normal, low, crawlers), then in the order in which they came, at whatever worker.
//
// Invariant: nobody waits in vain. Whoever gives a slot back, leaves the queue, or changes the rule lets the first ones in that
// now have room, here at once and at the other workers by the changes of the row.

import type { Cancel, Timers } from '../base/ports.ts'
import { KINDS, type SlotRow } from '../base/shared-slots.ts'
import type { AdaptiveLimit } from './adaptive-limit.ts'

/** Who a request is of; lower numbers go first. */
export const KIND = { high: 0, normal: 1, low: 2, crawlers: 3 } as const
/** One of them. */
export type Kind = (typeof KIND)[keyof typeof KIND]

/** How much there may be. */
export interface BulkheadRule {
  /** In flight at once, integer >= 1. */
  readonly maxInFlight: number
  /** By kind, 0..1 each. */
  readonly shares: readonly number[]
  /** Waiters in the whole edge, integer >= 0. */
  readonly maxQueued: number
}

/** What ends a wait: a slot, the deadline, or that nobody is let in any more. */
export type WaitEnd = 'in' | 'late' | 'flushed'

/** How long somebody may wait. */
export interface Patience {
  /** Monotonic. */
  readonly nowMs: number
  /** Until when the slot is of use, monotonic. */
  readonly deadlineMs: number
  readonly timers: Timers
}

interface Waiter {
  readonly ticket: number
  readonly told: (end: WaitEnd) => void
  stopTimer: Cancel
}

/** Weight of the newest in the mean time that a slot is held. */
const NEWEST = 0.1

/** The bulkhead of a pool, as one worker sees it. */
export class Bulkhead {
  readonly row: SlotRow
  /** When somebody was refused last; monotonic. */
  refusedAtMs = Number.NEGATIVE_INFINITY
  #rule: BulkheadRule
  #adaptive: AdaptiveLimit | null
  #meanHeldMs = 0
  #watching = false
  readonly #queues: readonly Set<Waiter>[] = Array.from({ length: KINDS }, () => new Set<Waiter>())

  /** @param adaptive lowers the limit of the rule; null where nothing does */
  constructor(row: SlotRow, rule: BulkheadRule, adaptive: AdaptiveLimit | null = null) {
    this.row = row
    this.#rule = rule
    this.#adaptive = adaptive
  }

  /** Goes on by another rule; what is in flight stays. */
  follow(rule: BulkheadRule, adaptive: AdaptiveLimit | null = null): void {
    this.#rule = rule
    this.#adaptive = adaptive
    this.row.changed()
    this.#letIn()
  }

  /** In flight at once at most, now. */
  get limit(): number {
    return this.#adaptive === null ? this.#rule.maxInFlight : Math.min(this.#rule.maxInFlight, this.#adaptive.limit)
  }

  /** What lowers the limit; null where nothing does. */
  get adaptive(): AdaptiveLimit | null {
    return this.#adaptive
  }

  /** Takes a slot where there is one and nobody waits for it. @returns whether it did; then `leave` gives it back */
  enter(kind: Kind): boolean {
    return this.#mayTake(kind, 0) && this.row.take(kind, this.limit, this.#mostOf(kind))
  }

  /** How long who joins the queue now would wait, by how long slots have been held so far. */
  waitMs(kind: Kind): number {
    const atOnce = Math.min(this.limit, this.#mostOf(kind))
    return ((this.row.waitingUpTo(kind) + 1) * this.#meanHeldMs) / atOnce
  }

  /**
   * Waits for a slot. @param told called once, unless the wait is ended by the function that is given back
   * @returns what ends the wait; null when nobody may wait any more; `late` when it would likely be in vain
   */
  wait(kind: Kind, patience: Patience, told: (end: WaitEnd) => void): Cancel | 'full' | 'late' {
    const { nowMs, deadlineMs, timers } = patience
    if (nowMs + this.waitMs(kind) > deadlineMs) return this.#refused('late', nowMs)
    const ticket = this.row.queue(kind, this.#rule.maxQueued)
    if (ticket === null) return this.#refused('full', nowMs)
    const waiter: Waiter = { ticket, told, stopTimer: () => {} }
    waiter.stopTimer = timers.after(deadlineMs - nowMs, () => {
      this.refusedAtMs = deadlineMs
      this.#end(kind, waiter, 'late')
    })
    const queue = this.#queues[kind]!
    queue.add(waiter)
    if (queue.size === 1) this.row.showFirst(kind, ticket)
    // Room may have been made before anybody could see that somebody waits for it.
    this.#letIn()
    this.#watch()
    return () => this.#end(kind, waiter, null)
  }

  /** Gives a slot back. @param heldMs how long it was held */
  leave(kind: Kind, heldMs: number): void {
    this.#meanHeldMs += this.#meanHeldMs === 0 ? heldMs : NEWEST * (heldMs - this.#meanHeldMs)
    this.row.give(kind)
    this.#letIn()
  }

  /** Lets in who has room now that the limit may have grown. */
  grown(): void {
    if (this.row.waiting > 0) this.#letIn()
  }

  /** Sends all who wait at this worker away. */
  flush(): void {
    for (const [kind, queue] of this.#queues.entries()) for (const waiter of queue) this.#end(kind as Kind, waiter, 'flushed')
  }

  #refused<T extends string>(why: T, nowMs: number): T {
    this.refusedAtMs = nowMs
    return why
  }

  #mostOf(kind: Kind): number {
    return Math.max(1, Math.floor(this.limit * this.#rule.shares[kind]!))
  }

  // Those of a higher kind go first, unless they have all that they may have; of the same kind, who has waited longer.
  #mayTake(kind: Kind, ticket: number): boolean {
    if (this.row.waiting === 0) return true
    for (let higher = 0; higher < kind; higher += 1) {
      if (this.row.isBehind(higher, 0) && this.row.inUseBy(higher) < this.#mostOf(higher as Kind)) return false
    }
    return !this.row.isBehind(kind, ticket)
  }

  #letIn(): void {
    for (const [at, queue] of this.#queues.entries()) {
      const kind = at as Kind
      for (const waiter of queue) {
        if (!this.#mayTake(kind, waiter.ticket) || !this.row.take(kind, this.limit, this.#mostOf(kind))) break
        this.#end(kind, waiter, 'in')
      }
    }
  }

  // Once out of the queue it is told, so that whoever is told finds the queue as it is.
  #end(kind: Kind, waiter: Waiter, end: WaitEnd | null): void {
    const queue = this.#queues[kind]!
    if (!queue.delete(waiter)) return
    waiter.stopTimer()
    const [first] = queue
    this.row.unqueue(kind, first?.ticket ?? 0)
    if (end !== null) waiter.told(end)
    if (end !== 'in') this.#letIn()
  }

  // While somebody waits here, what changes at other workers is looked at.
  #watch(): void {
    if (this.#watching || this.row.alone) return
    this.#watching = true
    this.#next()
  }

  #next(): void {
    for (;;) {
      const seen = this.row.changes
      this.#letIn()
      if (this.#queues.every(({ size }) => size === 0)) break
      const change = this.row.nextChange(seen)
      if (change === null) continue
      const next = () => this.#next()
      change.then(next, next)
      return
    }
    this.#watching = false
  }
}
