import type { Cancel, Clock, Timers } from '../../edge/base/ports.ts'

// A date far from 0, so that code which mixes up dates and durations shows itself.
const START_WALL_MS = Date.UTC(2026, 0, 1)
const START_MONOTONIC_MS = 1_000

type Timer = { dueAtMs: number; readonly order: number; readonly periodMs: number | null; readonly run: () => void }

/** The ports `clock` and `timers` under a test's hand: time passes when the test says so. */
export class ManualClock implements Clock, Timers {
  readonly #timers = new Set<Timer>()
  #wallMs: number
  #monotonicMs = START_MONOTONIC_MS
  #order = 0

  /** @param wallMs the date it begins at, ms since the Unix epoch; 2026-01-01 by default */
  constructor(wallMs: number = START_WALL_MS) {
    this.#wallMs = wallMs
  }

  /** Timers still to run, repeating ones included. */
  get pending(): number {
    return this.#timers.size
  }

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#add(delayMs, null, run)
  }

  every(periodMs: number, run: () => void): Cancel {
    return this.#add(periodMs, Math.max(1, periodMs), run)
  }

  /** Lets time pass on both clocks and runs each timer at its moment, earliest first, those they start included. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms
    for (let timer = this.#next(endMs); timer; timer = this.#next(endMs)) {
      this.#moveTo(timer.dueAtMs)
      if (timer.periodMs === null) this.#timers.delete(timer)
      else timer.dueAtMs += timer.periodMs
      timer.run()
    }
    this.#moveTo(endMs)
  }

  /** As `advance`, in steps, with pending promises settled after each; for code that awaits between its timers. */
  async advanceAsync(ms: number, stepMs: number = ms): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.advance(Math.min(stepMs, leftMs))
      await new Promise(setImmediate)
    }
  }

  /** Sets the date alone, as an operator or NTP would; durations and timers do not notice. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs
  }

  #add(delayMs: number, periodMs: number | null, run: () => void): Cancel {
    const timer: Timer = { dueAtMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, periodMs, run }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.dueAtMs <= endMs)
    return due.sort((a, b) => a.dueAtMs - b.dueAtMs || a.order - b.order)[0]
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }
}
