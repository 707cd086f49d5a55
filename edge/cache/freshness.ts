import type { CacheConfig } from '../contract/cache.ts'
import { MAX_DELTA_SECONDS } from '../http/cache-control.ts'
import { parseCacheDate } from '../http/cache-date.ts'
import type { Fields } from '../http/fields.ts'
import { isHeuristicallyCacheable } from '../http/status.ts'
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

/** What freshness hangs on in the rule. */
export type FreshnessRule = Pick<CacheConfig, 'defaultTtlMs' | 'maxTtlMs' | 'heuristicRatio' | 'heuristicMaxMs'>

/**
 * How long an answer is fresh, ms, from the moment its origin made it; 0 or more, at most the rule's `maxTtlMs`.
 * @see RFC 9111 §4.2.1
 */
export function lifetimeMs(
  answer: { readonly status: number; readonly fields: Fields; readonly receivedAtMs: number },
  policy: AnswerPolicy,
  rule: FreshnessRule,
): number {
  // §4.2.2: a heuristic may only be used where nothing explicit is given. The rule's fixed number is one too, and goes last.
  return Math.min(
    explicitLifetimeMs(answer, policy) ?? heuristicLifetimeMs(answer, policy, rule) ?? defaultLifetimeMs(answer, rule),
    rule.maxTtlMs,
  )
}

/**
 * The lifetime that is guessed from Last-Modified, ms; null where nothing may be guessed: no ratio in the rule, no Last-Modified, or a
 * status that neither is cacheable by itself nor was marked public.
 * @see RFC 9111 §4.2.2
 */
export function heuristicLifetimeMs(
  { status, fields, receivedAtMs }: { readonly status: number; readonly fields: Fields; readonly receivedAtMs: number },
  { directives }: AnswerPolicy,
  { heuristicRatio, heuristicMaxMs }: FreshnessRule,
): number | null {
  if (heuristicRatio === 0 || !(isHeuristicallyCacheable(status) || directives.public)) return null
  const lastModified = fields.get('last-modified')
  const modifiedAtMs = lastModified === undefined ? null : parseCacheDate(lastModified, receivedAtMs)
  if (modifiedAtMs === null) return null
  const unchangedMs = Math.max(0, dateAtMs(fields, receivedAtMs) - modifiedAtMs)
  return Math.min(unchangedMs * heuristicRatio, heuristicMaxMs)
}

function defaultLifetimeMs({ status }: { readonly status: number }, { defaultTtlMs }: FreshnessRule): number {
  return DEFAULT_LIFETIME_STATUS.has(status) ? defaultTtlMs : 0
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

  // Of several the first counts (§4.2.1).
  const expires = answer.fields.getAll('expires')[0]
  if (expires === undefined) return null
  const expiresAtMs = parseCacheDate(expires, answer.receivedAtMs)
  // An invalid date, `0` above all, means "already expired" (§5.3).
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
  return (date === undefined ? null : parseCacheDate(date, receivedAtMs)) ?? receivedAtMs
}

/** A non-negative integer; parameters behind it, as a structured Item may have, do not make it younger. */
const AGE = /^([0-9]+)[ \t]*(?:;|$)/

/** Of a list the first member counts, and anything but a non-negative integer is ignored (RFC 9111 §5.1). */
function ageFieldMs(fields: Fields): number {
  const age = AGE.exec((fields.get('age') ?? '').split(',', 1)[0]!.trim())
  return age === null ? 0 : Math.min(Number(age[1]), MAX_DELTA_SECONDS) * 1000
}
