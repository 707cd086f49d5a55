// A breaker spares a dependency that keeps failing, and the callers the wait for it.
//
//   closed ── its judge has seen enough ──▶ open ── its time is over ──▶ half-open ── enough probes succeeded ──▶ closed
//                                            ▲                               │
//                                            └───────── a probe failed ──────┘
//
// Pure: it is told outcomes and the time. Each change begins a new era. What was let through in an earlier one may report later:
// that changes nothing, since the dependency is asked by probes of their own.

/** What came of a call: `slow` succeeded, but late; `nothing` says nothing of the dependency, as when the caller went away. */
export type Outcome = 'succeeded' | 'slow' | 'failed' | 'nothing'

/** Why a breaker opened. */
export type BreakerCause = 'in-a-row' | 'failure-ratio' | 'slow-ratio'

/** Says from outcomes when a closed breaker is to open. */
export interface Judge {
  /** Notes an outcome. @param nowMs the clock of the breaker @returns why it is to open; null while all is well enough */
  note(outcome: Outcome, nowMs: number): BreakerCause | null
  /** Forgets what it was told. */
  forget(): void
}

/** Where a breaker stands; dates are by the clock its owner passes. */
export type BreakerState =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly cause: BreakerCause; readonly untilMs: number }
  /** `out` probes are under way, `succeeded` have come back well; the last one went at `sinceMs`. */
  | {
      readonly state: 'half-open'
      readonly cause: BreakerCause
      readonly out: number
      readonly succeeded: number
      readonly sinceMs: number
    }

/** How a breaker opens and closes. */
export interface BreakerRule {
  readonly judge: Judge
  /** How long it stays open for the nth time without a good while between, ms. @param nth integer >= 1 */
  readonly openMs: (nth: number) => number
  /** Probes at once, integer >= 1. */
  readonly probes: number
  /** Probes that must succeed before it closes, integer >= 1. */
  readonly successes: number
  /** A probe that has not reported after so long counts as lost, ms. */
  readonly probeMs: number
}

const CLOSED: BreakerState = { state: 'closed' }

/** Lets calls through, or not, by the outcomes of those before. */
export class Breaker {
  #rule: BreakerRule
  #state: BreakerState = CLOSED
  #era = 0
  #nth = 0
  #lastOpenMs = 0
  #closedAtMs = Number.NEGATIVE_INFINITY

  constructor(rule: BreakerRule) {
    this.#rule = rule
  }

  /** Which stretch between two changes this is; an outcome is reported with that of its call. */
  get era(): number {
    return this.#era
  }

  /** Goes on by another rule from where it stands. */
  follow(rule: BreakerRule): void {
    this.#rule = rule
  }

  /**
   * Whether a call may be made now; each one that is allowed must report its outcome.
   * In half-open only probes are allowed, so many at a time. When the last one has not reported after `probeMs`, all that are out count as lost.
   * @param nowMs any clock, best a monotonic one; the same in all calls
   */
  allow(nowMs: number): boolean {
    const now = this.state(nowMs)
    if (now.state === 'closed') return true
    if (now.state === 'open' || now.out >= this.#rule.probes) return false
    // The first probe begins the era of all probes.
    if (this.#state.state === 'open') this.#era += 1
    this.#state = { ...now, out: now.out + 1, sinceMs: nowMs }
    return true
  }

  /** A call that was allowed has succeeded. */
  succeeded(nowMs: number): void {
    this.report('succeeded', nowMs, this.#era)
  }

  /** A call that was allowed has failed. */
  failed(nowMs: number): void {
    this.report('failed', nowMs, this.#era)
  }

  /** What came of a call that was allowed. @param era the breaker's when it was allowed: from another one it changes nothing */
  report(outcome: Outcome, nowMs: number, era: number): void {
    const now = this.state(nowMs)
    if (era !== this.#era || now.state === 'open') return
    if (now.state === 'half-open') return this.#probed(now, outcome, nowMs)
    const cause = outcome === 'nothing' ? null : this.#rule.judge.note(outcome, nowMs)
    if (cause !== null) this.#open(cause, nowMs)
  }

  /** Where it stands at `nowMs`. */
  state(nowMs: number): BreakerState {
    const now = this.#state
    if (now.state === 'open') {
      if (nowMs < now.untilMs) return now
      return { state: 'half-open', cause: now.cause, out: 0, succeeded: 0, sinceMs: nowMs }
    }
    if (now.state === 'half-open' && now.out > 0 && nowMs - now.sinceMs >= this.#rule.probeMs) return { ...now, out: 0 }
    return now
  }

  #probed(now: Extract<BreakerState, { state: 'half-open' }>, outcome: Outcome, nowMs: number): void {
    // What is late shows nothing better where being late was the cause.
    if (outcome === 'failed' || (outcome === 'slow' && now.cause === 'slow-ratio')) return this.#open(now.cause, nowMs)
    const succeeded = now.succeeded + (outcome === 'nothing' ? 0 : 1)
    if (succeeded >= this.#rule.successes) return this.#close(nowMs)
    this.#state = { ...now, out: Math.max(0, now.out - 1), succeeded }
  }

  // A good while, as long as it was open last, makes the next time the first again.
  #open(cause: BreakerCause, nowMs: number): void {
    const goodMs = this.#state.state === 'closed' ? nowMs - this.#closedAtMs : 0
    this.#nth = this.#state.state === 'closed' && goodMs >= this.#lastOpenMs ? 1 : this.#nth + 1
    this.#lastOpenMs = this.#rule.openMs(this.#nth)
    this.#state = { state: 'open', cause, untilMs: nowMs + this.#lastOpenMs }
    this.#era += 1
  }

  #close(nowMs: number): void {
    this.#closedAtMs = nowMs
    this.#state = CLOSED
    this.#era += 1
    this.#rule.judge.forget()
  }
}
