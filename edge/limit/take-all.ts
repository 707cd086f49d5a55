import type { Limiter, Refusal, Verdict } from './limiter.ts'

/** One limit that a request has to pass. */
export interface Claim {
  readonly limiter: Limiter
  /** Who pays. */
  readonly key: string
  /** Units, integer >= 1. */
  readonly cost: number
}

/** What several limits say together; `readings` are in the order of the claims. */
export type Outcome =
  | { readonly allowed: true; readonly readings: readonly Verdict[] }
  | {
      readonly allowed: false
      /** Index of the claim that refused. */
      readonly by: number
      readonly verdict: Refusal
      /** Up to and with the refusal; claims behind it were not asked. */
      readonly readings: readonly Verdict[]
    }

/**
 * Takes from all limits or from none: the first refusal gives back what was taken before it.
 * A rival that asks between the two may be refused for what is then given back, never allowed too much.
 * @param nowMs wall clock, ms since the Unix epoch
 * @throws never
 */
export function takeAll(claims: readonly Claim[], nowMs: number): Outcome {
  const readings = new Array<Verdict>(claims.length)
  for (let by = 0; by < claims.length; by++) {
    const { limiter, key, cost } = claims[by]!
    const verdict = limiter.take(key, cost, nowMs)
    if (!verdict.allowed) return { allowed: false, by, verdict, readings: [...giveAllBack(claims, by, nowMs), verdict] }
    readings[by] = verdict
  }
  return { allowed: true, readings }
}

function giveAllBack(claims: readonly Claim[], count: number, nowMs: number): Verdict[] {
  return claims.slice(0, count).map(({ limiter, key, cost }) => limiter.giveBack(key, cost, nowMs))
}
