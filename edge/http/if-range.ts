import type { Validators } from './conditional.ts'
import { parseHttpDate } from './date.ts'
import { parseEntityTag, strongMatch } from './entity-tag.ts'

/** How much older than its Date a Last-Modified must be to tell two changes within one second apart (RFC 9110 §8.8.2.2). */
const STRONG_DATE_MS = 1_000

/**
 * Whether the part that a client has belongs to this answer, so that it may be sent another one; otherwise it must get the whole.
 * Only a strong validator can say so: a strong entity tag, or a date that is exactly Last-Modified and lies before Date.
 * @param dateAtMs the Date of the answer; null when it has none
 * @param nowMs wall clock, only to place two-digit years
 * @throws never
 * @see RFC 9110 §13.1.5
 */
export function ifRangeHolds(value: string, validators: Validators, dateAtMs: number | null, nowMs: number): boolean {
  const tag = parseEntityTag(value)
  if (tag !== null) return validators.etag !== null && strongMatch(tag, validators.etag)
  const { lastModifiedAtMs } = validators
  if (lastModifiedAtMs === null || dateAtMs === null || dateAtMs - lastModifiedAtMs < STRONG_DATE_MS) return false
  return parseHttpDate(value, nowMs) === lastModifiedAtMs
}
