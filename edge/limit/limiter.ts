// What a limit is to those who ask it. It knows nothing of HTTP: `limit-fields.ts` puts its verdicts into words.

/** What is left of a budget. */
export interface Reading {
  /** Whole units that could be taken now. */
  readonly remaining: number
  /** Until the budget is whole again, whole ms, 0 when it is. */
  readonly resetMs: number
}

/** What a limiter says to a wish; a refusal takes nothing. */
export type Verdict =
  | (Reading & { readonly allowed: true })
  | (Reading & {
      readonly allowed: false
      /** Until the same wish would be allowed if nobody else took, whole ms; at most `MAX_RETRY_AFTER_MS`. */
      readonly retryAfterMs: number
    })

/** A verdict that refuses. */
export type Refusal = Extract<Verdict, { allowed: false }>

/** The longest wait a refusal names: a year, also for a wish larger than the whole budget. */
export const MAX_RETRY_AFTER_MS = 365 * 86_400_000

/** A budget: how much one key may do. */
export interface Limiter {
  /**
   * Takes `cost` units from the budget of `key`, or takes nothing.
   * @param key who pays, such as an address; at most a few hundred characters
   * @param cost units, integer >= 1
   * @param nowMs wall clock, ms since the Unix epoch
   * @throws never
   */
  take(key: string, cost: number, nowMs: number): Verdict
  /** Puts back what `take` took in the same breath, for a request that did not run after all. @throws never */
  giveBack(key: string, cost: number, nowMs: number): Verdict
}
