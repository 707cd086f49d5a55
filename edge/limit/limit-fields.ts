import { type Rate, SECOND_MS } from '../contract/units.ts'
import { type BareItem, integer, item, string } from '../http/structured-fields.ts'
import { writeItem } from '../http/structured-fields-write.ts'
import type { Refusal, Verdict } from './limiter.ts'
import type { Outcome } from './take-all.ts'

// The fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers, and Retry-After (RFC 9110 §10.2.3).
// A GCRA limit is no fixed window, so what its policy says is chosen to be true of it: `q` per `w` seconds is the rate of the
// long run, as it was configured; `weir-burst`, given when it is another number than `q`, is what may be taken at once.
// `t` is the span in which no more than `r` should be used: until the budget is whole while requests pass, and once they are
// refused until the next would pass. Retry-After is the same number, so that it never points before `t` (§6 of the draft).

/** How a limit is spoken of; made once when a configuration is compiled. */
export interface QuotaPolicy {
  /** The member of RateLimit-Policy, such as `"api";q=100;w=60`. */
  readonly policy: string
  /** The name that a member of RateLimit begins with, such as `"api"`. */
  readonly name: string
}

/** What limits said to one request, with the words for them in the order of its claims. */
export interface Quota {
  /** The limits, for their ids. */
  readonly limits: readonly { readonly id: string }[]
  readonly policies: readonly QuotaPolicy[]
  readonly outcome: Outcome
}

/** The words for a limit. @param limit `id` printable ASCII; a `rate` per less than a second is told as one per second */
export function quotaPolicy(limit: { readonly id: string; readonly rate: Rate; readonly burst: number }): QuotaPolicy {
  const { id, rate, burst } = limit
  const parameters: Record<string, BareItem> = { q: integer(rate.count), w: integer(wholeSeconds(rate.perMs)) }
  if (burst !== rate.count) parameters['weir-burst'] = integer(burst)
  return { policy: writeItem(item(string(id), parameters)), name: writeItem(item(string(id))) }
}

/** The value of RateLimit-Policy; '' without policies: leave the field out then. */
export function rateLimitPolicyField(policies: readonly QuotaPolicy[]): string {
  let field = ''
  for (const { policy } of policies) field = field === '' ? policy : `${field}, ${policy}`
  return field
}

/**
 * The value of RateLimit: every limit that was asked, or after a refusal the one that refused; '' without any.
 * @param policies in the order of the claims of `outcome`
 */
export function rateLimitField(policies: readonly QuotaPolicy[], outcome: Outcome): string {
  if (!outcome.allowed) return member(policies[outcome.by]!, outcome.verdict)
  let field = ''
  for (let i = 0; i < policies.length; i++) {
    const one = member(policies[i]!, outcome.readings[i]!)
    field = i === 0 ? one : `${field}, ${one}`
  }
  return field
}

/** The value of Retry-After: whole seconds, rounded up, at least 1. @see RFC 9110 §10.2.3 */
export function retryAfterField(refusal: Refusal): string {
  return String(wholeSeconds(refusal.retryAfterMs))
}

function member(policy: QuotaPolicy, verdict: Verdict): string {
  const seconds = verdict.allowed ? Math.ceil(verdict.resetMs / SECOND_MS) : wholeSeconds(verdict.retryAfterMs)
  return `${policy.name};r=${verdict.remaining};t=${seconds}`
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / SECOND_MS))
}
