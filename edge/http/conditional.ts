import { parseHttpDate } from './date.ts'
import { type EntityTag, looseEntityTags, parseEntityTags, strongMatch, weakMatch } from './entity-tag.ts'
import type { Fields } from './fields.ts'

export { parseEntityTags } from './entity-tag.ts'

/** The preconditions of a request, as they came; null where the field is absent. If-Range is not one of them: it is about ranges. */
export interface ConditionalRequest {
  readonly method: string
  readonly ifMatch: string | null
  readonly ifNoneMatch: string | null
  readonly ifModifiedSince: string | null
  readonly ifUnmodifiedSince: string | null
}

/** What a request is compared with: the validators of the answer at hand. */
export interface Validators {
  readonly etag: EntityTag | null
  readonly lastModifiedAtMs: number | null
}

/** `proceed`: answer as if unconditional; `not-modified`: 304; `precondition-failed`: 412. */
export type ConditionalOutcome = 'proceed' | 'not-modified' | 'precondition-failed'

/** The preconditions of a request, or null when it has none. */
export function conditionalRequest(method: string, fields: Fields): ConditionalRequest | null {
  const ifMatch = fields.get('if-match') ?? null
  const ifNoneMatch = fields.get('if-none-match') ?? null
  const ifModifiedSince = fields.get('if-modified-since') ?? null
  const ifUnmodifiedSince = fields.get('if-unmodified-since') ?? null
  if (ifMatch === null && ifNoneMatch === null && ifModifiedSince === null && ifUnmodifiedSince === null) return null
  return { method, ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince }
}

/**
 * Evaluates preconditions in the order of RFC 9110 §13.2.2 against an answer that exists and is a 2xx.
 * A list of tags that cannot be read matches nothing under If-Match, so that a write is refused.
 * @param nowMs wall clock, only to place two-digit years
 * @throws never
 */
export function evaluateConditional(request: ConditionalRequest, validators: Validators, nowMs: number): ConditionalOutcome {
  if (request.ifMatch !== null) {
    if (!matchesAny(request.ifMatch, validators.etag, strongMatch)) return 'precondition-failed'
  } else if (isModifiedAfter(request.ifUnmodifiedSince, validators.lastModifiedAtMs, nowMs) === 'yes') {
    return 'precondition-failed'
  }

  const reading = request.method === 'GET' || request.method === 'HEAD'
  // With If-None-Match present, If-Modified-Since is ignored even when the tags do not match (§13.1.3).
  if (request.ifNoneMatch !== null) {
    if (!matchesNone(request.ifNoneMatch, validators.etag)) return 'proceed'
    return reading ? 'not-modified' : 'precondition-failed'
  }
  if (reading && isModifiedAfter(request.ifModifiedSince, validators.lastModifiedAtMs, nowMs) === 'no') return 'not-modified'
  return 'proceed'
}

function matchesAny(field: string, etag: EntityTag | null, matches: typeof strongMatch): boolean {
  const tags = parseEntityTags(field)
  // `*` is any current representation, and there is one.
  if (tags === '*') return true
  return tags !== null && etag !== null && tags.some((tag) => matches(tag, etag))
}

// A tag that is written wrongly can only be equal to one that is written the same way, which its origin then made: a 304 is right.
function matchesNone(field: string, etag: EntityTag | null): boolean {
  const tags = parseEntityTags(field) ?? looseEntityTags(field)
  return tags === '*' || (etag !== null && tags.some((tag) => weakMatch(tag, etag)))
}

/** `unknown` when the field is absent or no date, or the answer has no date: the condition is then ignored (§13.1.3, §13.1.4). */
function isModifiedAfter(field: string | null, lastModifiedAtMs: number | null, nowMs: number): 'yes' | 'no' | 'unknown' {
  if (field === null || lastModifiedAtMs === null) return 'unknown'
  const sinceMs = parseHttpDate(field, nowMs)
  if (sinceMs === null) return 'unknown'
  // Dates on the wire are whole seconds; the validator may be finer.
  return Math.floor(lastModifiedAtMs / 1000) > sinceMs / 1000 ? 'yes' : 'no'
}
