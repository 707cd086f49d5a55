import type { CacheConfig } from '../contract/cache.ts'
import { MAX_DELTA_SECONDS } from '../http/cache-control.ts'
import { parseHttpDate } from '../http/date.ts'
import type { Fields } from '../http/fields.ts'
import type { AnswerPolicy } from './answer-policy.ts'
import type { Entry } from './entry.ts'

/** When an answer was asked for and when its head came; wall clock. */
export interface Timing {
  readonly requestedAtMs: number
  readonly receivedAtMs: number
}

// Answers that the rule may give a lifetime when their origin says nothing. Fewer than RFC 9110 §15.1 allows: an error that is kept
// without its origin asking for it turns one bad request into an outage for everyone (cache-poisoned denial of service).
const DEFAULT_LIFETIME_STATUS: ReadonlySet<number> = new Set([200, 203, 204, 301, 308])

/**
 * How long an answer is fresh, ms, from the moment its origin made it; 0 or more, at most the rule's `maxTtlMs`.
 * @see RFC 9111 §4.2.1
 */
export function lifetimeMs(
  answer: { readonly status: number; readonly fields: Fields; readonly receivedAtMs: number },
  policy: AnswerPolicy,
  rule: Pick<CacheConfig, 'defaultTtlMs' | 'maxTtlMs'>,
): number {
  const explicitMs = explicitLifetimeMs(answer, policy)
  if (explicitMs !== null) return Math.min(explicitMs, rule.maxTtlMs)
  // §4.2.2: a heuristic may only be used where nothing explicit is given; ours is the rule's fixed number.
  return DEFAULT_LIFETIME_STATUS.has(answer.status) ? Math.min(rule.defaultTtlMs, rule.maxTtlMs) : 0
}

/** The lifetime that the origin itself gave, ms, 0 or more; null when it gave none. @see RFC 9111 §4.2.1 */
export function explicitLifetimeMs(
  answer: { readonly fields: Fields; readonly receivedAtMs: number },
  { directives, source }: AnswerPolicy,
): number | null {
  // A shared cache takes s-maxage before max-age, and either before Expires (§5.2.2.10, §5.3).
  const seconds = directives.sMaxAgeSeconds ?? directives.maxAgeSeconds
  if (seconds !== null) return seconds * 1000
  if (source === 'targeted') return null

  const expires = answer.fields.get('expires')
  if (expires === undefined) return null
  const expiresAtMs = parseHttpDate(expires, answer.receivedAtMs)
  // An invalid date, `0` above all, or several of them, means "already expired" (§5.3).
  if (expiresAtMs === null) return 0
  return Math.max(0, expiresAtMs - dateAtMs(answer.fields, answer.receivedAtMs))
}

/** How old an answer was when it came, ms: corrected_initial_age of RFC 9111 §4.2.3. */
export function ageOnReceiptMs(fields: Fields, timing: Timing): number {
  const apparentAgeMs = Math.max(0, timing.receivedAtMs - dateAtMs(fields, timing.receivedAtMs))
  // The Age that caches before us counted, plus the whole time we waited: how much of it was theirs cannot be known.
  const responseDelayMs = Math.max(0, timing.receivedAtMs - timing.requestedAtMs)
  return Math.max(apparentAgeMs, ageFieldMs(fields) + responseDelayMs)
}

/** How old an entry is, ms: current_age of RFC 9111 §4.2.3. A wall clock that jumped back makes nothing younger than it came. */
export function currentAgeMs(entry: Pick<Entry, 'ageOnReceiptMs' | 'receivedAtMs'>, nowMs: number): number {
  return entry.ageOnReceiptMs + Math.max(0, nowMs - entry.receivedAtMs)
}

/** How long an entry stays fresh, ms; 0 or less once it is stale (RFC 9111 §4.2: fresh while the lifetime exceeds the age). */
export function remainingMs(entry: Pick<Entry, 'ageOnReceiptMs' | 'receivedAtMs' | 'lifetimeMs'>, nowMs: number): number {
  return entry.lifetimeMs - currentAgeMs(entry, nowMs)
}

/** The value of the Age field to send with an entry, whole seconds (RFC 9111 §5.1). */
export function ageField(entry: Pick<Entry, 'ageOnReceiptMs' | 'receivedAtMs'>, nowMs: number): string {
  return String(Math.min(Math.floor(currentAgeMs(entry, nowMs) / 1000), MAX_DELTA_SECONDS))
}

/** The Date of an answer; one without a readable Date counts as made when it came (RFC 9110 §6.6.1). */
function dateAtMs(fields: Fields, receivedAtMs: number): number {
  const date = fields.get('date')
  return (date === undefined ? null : parseHttpDate(date, receivedAtMs)) ?? receivedAtMs
}

/** Of a list the first member counts, and anything but a non-negative integer is ignored (RFC 9111 §5.1). */
function ageFieldMs(fields: Fields): number {
  const first = (fields.get('age') ?? '').split(',', 1)[0]!.trim()
  return /^[0-9]+$/.test(first) ? Math.min(Number(first), MAX_DELTA_SECONDS) * 1000 : 0
}
