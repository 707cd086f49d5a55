// Opens on what most of the calls of the last while came to, or on failures in a row. A ratio says nothing of a few calls: it
// counts from `minRequests` on.

import type { BreakerCause, Judge, Outcome } from './breaker.ts'
import { InARow } from './in-a-row.ts'
import { OutcomeWindow } from './outcome-window.ts'

/** What is too much. */
export interface WindowRule {
  readonly windowMs: number
  /** Calls in the window below which no ratio counts, integer >= 1. */
  readonly minRequests: number
  /** 0..1, of the calls in the window. */
  readonly failureRatio: number
  /** 0..1, of the calls in the window. */
  readonly slowRatio: number
  /** Failures in a row; null does not count them. */
  readonly failuresInARow: number | null
}

/** Judges by a rolling window. */
export class WindowJudge implements Judge {
  readonly #rule: WindowRule
  readonly #window: OutcomeWindow
  readonly #inARow: InARow | null

  constructor(rule: WindowRule) {
    this.#rule = rule
    this.#window = new OutcomeWindow(rule.windowMs)
    this.#inARow = rule.failuresInARow === null ? null : new InARow(rule.failuresInARow)
  }

  note(outcome: Outcome, nowMs: number): BreakerCause | null {
    const window = this.#window
    window.add(outcome, nowMs)
    const inARow = this.#inARow?.note(outcome) ?? null
    if (inARow !== null || outcome === 'succeeded' || window.all < this.#rule.minRequests) return inARow
    if (window.failed > 0 && window.failed >= this.#rule.failureRatio * window.all) return 'failure-ratio'
    return window.slow > 0 && window.slow >= this.#rule.slowRatio * window.all ? 'slow-ratio' : null
  }

  forget(): void {
    this.#window.clear()
    this.#inARow?.forget()
  }
}
