// How many requests at once a pool does well with, learned from how long its answers take. While more at once are answered no later, the
// limit grows; once they take `tolerance` times as long as when there is little to do, they wait for each other, and it shrinks [1].
//
// What answers take when there is little to do is learned on the way: from windows in which little of the limit is used, or the limit is far
// below what it usually is. It goes down whenever answers are faster. The limit is never lowered in order to measure: nobody pays for that.
// Invariant: floor <= limit <= ceiling.
// [1] the gradient of Netflix' concurrency-limits, with an idle time in place of a long-term mean, which would grow under lasting overload.

/** Between which bounds, and how it learns. */
export interface AdaptiveRule {
  /** Integer >= 1. */
  readonly floor: number
  /** Integer >= floor. */
  readonly ceiling: number
  /** How many times the idle time answers may take, > 1. */
  readonly tolerance: number
  /** How often the limit is looked at, at most, ms. */
  readonly windowMs: number
}

/** Answers that a window has at least, so that chance does not steer. */
const LEAST_SAMPLES = 25
/** Weight of the newest window in the idle time. */
const NEWEST = 0.1
/** Weight of the newest limit in the usual one. */
const USUAL = 0.01
/** A limit shrinks by no more than this at once. */
const LEAST_GRADIENT = 0.5

/** A limit that follows how a pool is doing. */
export class AdaptiveLimit {
  #rule: AdaptiveRule
  #limit: number
  #idleMs: number | null = null
  /** It doubles until answers take longer for the first time. */
  #state: 'doubling' | 'steady' = 'doubling'
  /** Its mean over a long time. */
  #usual: number
  #count = 0
  #sumMs = 0
  #peak = 0
  #windowBeganMs = Number.NEGATIVE_INFINITY

  constructor(rule: AdaptiveRule) {
    this.#rule = rule
    this.#limit = rule.floor
    this.#usual = rule.floor
  }

  /** Requests at once, integer. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** What an answer takes when there is little to do, ms; null before that is known. */
  get idleMs(): number | null {
    return this.#idleMs
  }

  /** Goes on by another rule with what it has learned. */
  follow(rule: AdaptiveRule): void {
    this.#rule = rule
    this.#limit = Math.min(rule.ceiling, Math.max(rule.floor, this.#limit))
  }

  /** An answer. @param tookMs to its head @param inFlight at once when it was asked for, itself included @param nowMs monotonic */
  answered(tookMs: number, inFlight: number, nowMs: number): void {
    // Who was asked for under the limit before says nothing of this one.
    if (nowMs - tookMs < this.#windowBeganMs) return
    this.#count += 1
    this.#sumMs += tookMs
    this.#peak = Math.max(this.#peak, inFlight)
    // The first answers of a window are the fast ones: it has at least as many as are under way at once.
    if (this.#count < Math.max(LEAST_SAMPLES, 2 * this.#peak)) return
    // While it doubles, each window is as short as can be.
    if (!(this.#state === 'doubling' && this.#isUsed) && nowMs < this.#windowBeganMs + this.#rule.windowMs) return
    this.#learn(this.#sumMs / this.#count)
    this.#count = 0
    this.#sumMs = 0
    this.#peak = 0
    this.#windowBeganMs = nowMs
  }

  /** A request that failed. One that failed at once says nothing of how busy the pool is. */
  failed(tookMs: number, inFlight: number, nowMs: number): void {
    if (this.#idleMs !== null && tookMs > this.#idleMs) this.answered(tookMs, inFlight, nowMs)
  }

  get #isUsed(): boolean {
    return this.#peak > this.#limit / 2
  }

  // There is little to do where little is used of a limit that has been found, or where the limit is far below what it usually is: then it
  // is not that requests wait for each other, and what answers take is what they take now.
  get #isQuiet(): boolean {
    if (this.limit <= this.#rule.floor) return true
    return this.#state === 'steady' && (!this.#isUsed || this.#limit <= this.#usual / 2)
  }

  #learn(meanMs: number): void {
    const { floor, ceiling, tolerance } = this.#rule
    const idleMs = this.#idleMs ?? meanMs
    this.#idleMs = this.#isQuiet || meanMs < idleMs ? idleMs + NEWEST * (meanMs - idleMs) : idleMs
    this.#usual += USUAL * (this.#limit - this.#usual)
    if (!this.#isUsed) return
    const gradient = Math.max(LEAST_GRADIENT, Math.min(1, (tolerance * this.#idleMs) / meanMs))
    if (gradient < 1) this.#state = 'steady'
    const next = this.#state === 'steady' ? this.#limit * gradient + Math.sqrt(this.#limit) : this.#limit * 2
    this.#limit = Math.min(ceiling, Math.max(floor, next))
  }
}
