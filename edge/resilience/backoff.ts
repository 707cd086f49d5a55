// Exponential backoff with full jitter [1]: the bound of the pause doubles, and chance takes any part of it, so that requests that
// failed together do not come again together. The first retry does not wait: it goes to another peer, which has done no wrong, and
// what keeps retries from doing harm is their budget.
// [1] M. Brooker: Exponential Backoff and Jitter, AWS Architecture Blog, 2015.

/** Bounds of the pause. */
export interface BackoffRule {
  /** Before the second retry, ms. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
}

/** The pause before a retry, whole ms. @param retry its number, from 1 @param chance in [0, 1) */
export function backoffMs(retry: number, rule: BackoffRule, chance: number): number {
  if (retry <= 1) return 0
  return Math.floor(chance * Math.min(rule.backoffMaxMs, rule.backoffBaseMs * 2 ** (retry - 2)))
}
