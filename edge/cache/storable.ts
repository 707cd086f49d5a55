import type { CacheConfig } from '../contract/cache.ts'
import type { CacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'
import { type AnswerPolicy, answerPolicy } from './answer-policy.ts'
import { ageOnReceiptMs, explicitLifetimeMs, lifetimeMs, type Timing } from './freshness.ts'
import { isKeepableStatus, isUnderstoodStatus } from './keepable-status.ts'
import { requestDirectives } from './request-directives.ts'
import { hasValidator } from './validators.ts'
import { varyNamesOf } from './variant.ts'

/** What the storing rules must know of a request. */
export interface StorableRequest {
  readonly method: string
  /** As they came, hop-by-hop fields included: they tell whether there is a body. */
  readonly fields: Fields
}

/** The head of an answer, with its times. */
export interface StorableAnswer extends Timing {
  readonly status: number
  readonly fields: Fields
}

/** Why an answer may not be kept. */
export type Unstorable =
  | 'off'
  | 'method'
  | 'request-body'
  | 'request-override'
  | 'request-no-store'
  | 'partial'
  | 'status'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'set-cookie'
  | 'vary'
  | 'too-long'
  | 'no-lifetime'
  | 'no-validator'

/** Whether an answer may be kept. */
export type Storable = { readonly storable: true } | { readonly storable: false; readonly reason: Unstorable }

const YES: Storable = { storable: true }

// A request that carried one of these may have been answered as if it were another; the key does not know them.
const OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-url', 'x-rewrite-url']

/**
 * Whether a shared cache may keep an answer: RFC 9111 §3, and what attacks on caches have taught since.
 * Judges by the head alone: a body that turns out longer than `maxEntryBytes`, or is cut short (§3.3), is the filler's to drop.
 * @throws never
 */
export function storable(request: StorableRequest, answer: StorableAnswer, rule: CacheConfig): Storable {
  const reason = requestReason(request, rule) ?? answerReason(request, answer, rule)
  return reason === null ? YES : { storable: false, reason }
}

function requestReason({ method, fields }: StorableRequest, rule: CacheConfig): Unstorable | null {
  if (rule.store === 'off') return 'off'
  // HEAD has no body to keep, and the other methods no answer that could stand for a later one (§3, §4).
  if (method !== 'GET') return 'method'
  // A GET with a body may be answered by it, and the key does not hold the body.
  if (fields.has('transfer-encoding') || !/^0*$/.test(fields.get('content-length') ?? '')) return 'request-body'
  if (OVERRIDES.some((name) => fields.has(name))) return 'request-override'
  // §5.2.1.5
  return requestDirectives(fields, rule).noStore ? 'request-no-store' : null
}

function answerReason(request: StorableRequest, answer: StorableAnswer, rule: CacheConfig): Unstorable | null {
  const { status, fields } = answer
  // §3.3: a part is no answer to a request for the whole; parts have a place of their own. Content-Range means nothing with any other
  // status (RFC 9110 §14.4).
  if (status === 206) return 'partial'
  if (!isKeepableStatus(status, rule)) return 'status'

  const policy = answerPolicy(fields, rule)
  const { directives } = policy
  // §3, §5.2.2.3: must-understand forbids a status that is not understood, and lifts no-store from the others.
  if (directives.mustUnderstand && !isUnderstoodStatus(status)) return 'status'
  if (directives.noStore && !directives.mustUnderstand) return 'no-store'
  // §5.2.2.7: with a field list the rest might be kept; such lists have leaked pages from other caches, so nothing is.
  if (directives.private !== false) return 'private'
  // Where the key holds who asked, nobody else is answered by it.
  const keyed = rule.key.identity === 'header:authorization'
  if (request.fields.has('authorization') && !keyed && !allowsAuthorized(directives)) return 'authorization'
  // §7.3: kept, it would hand one user's session to the next; the rule may know better.
  if (fields.has('set-cookie') && rule.unkeyed.setCookie === 'refuse') return 'set-cookie'
  // RFC 9110 §12.5.5: `*` matches no later request.
  if (varyNamesOf(fields) === null) return 'vary'
  if (Number(fields.get('content-length') ?? 0) > rule.maxEntryBytes) return 'too-long'
  return usefulnessReason(answer, policy, rule)
}

/** §3.5: an answer to a request with Authorization needs the origin's word that it is for everyone. */
function allowsAuthorized(directives: CacheControl): boolean {
  return directives.public || directives.sMaxAgeSeconds !== null || directives.mustRevalidate
}

/** §4.2.4 */
function forbidsStale({ mustRevalidate, proxyRevalidate, sMaxAgeSeconds }: CacheControl): boolean {
  return mustRevalidate || proxyRevalidate || sMaxAgeSeconds !== null
}

/** An answer that could neither be served nor validated would only take room from others. */
function usefulnessReason(answer: StorableAnswer, policy: AnswerPolicy, rule: CacheConfig): Unstorable | null {
  const validator = hasValidator(answer.fields)
  // §5.2.2.4: with a list of fields, the rest may be used unasked.
  if (policy.directives.noCache === true) return validator ? null : 'no-validator'

  const remainingMs = lifetimeMs(answer, policy, rule) - ageOnReceiptMs(answer.fields, answer)
  if (remainingMs > 0) return null
  // Nothing said and no default: the rule keeps no such answers, validator or not.
  const explicitMs = explicitLifetimeMs(answer, policy)
  if (explicitMs === null) return 'no-lifetime'
  // It aged before it came here; whom a stale one is good enough for, a client or an outage, may have it all the same.
  if (explicitMs > 0 && -remainingMs < rule.keepStaleMs && !forbidsStale(policy.directives)) return null
  // RFC 5861: these give it a use beyond its freshness.
  const { staleIfErrorSeconds, staleWhileRevalidateSeconds } = policy.directives
  const outlastsFreshness = (staleIfErrorSeconds ?? 0) > 0 || (staleWhileRevalidateSeconds ?? 0) > 0
  return validator || outlastsFreshness ? null : 'no-lifetime'
}
