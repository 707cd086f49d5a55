import type { Span } from './range.ts'

/** Which bytes of a representation a part has, and how many there are in all; `completeBytes` is null where that is not known. */
export interface ContentRange extends Span {
  readonly completeBytes: number | null
}

// Digits beyond 15 could not be counted exactly; no body is that long.
const CONTENT_RANGE = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/(?:([0-9]{1,15})|\*)$/i

/**
 * The bytes that a Content-Range field names; null when it names none: malformed, invalid, of another unit, of a 416.
 * @see RFC 9110 §14.4
 */
export function parseContentRange(value: string): ContentRange | null {
  const match = CONTENT_RANGE.exec(value)
  if (match === null) return null
  const first = Number(match[1])
  const last = Number(match[2])
  const completeBytes = match[3] === undefined ? null : Number(match[3])
  return last < first || (completeBytes !== null && completeBytes <= last) ? null : { first, last, completeBytes }
}

/** The field for a part. */
export function formatContentRange({ first, last, completeBytes }: ContentRange): string {
  return `bytes ${first}-${last}/${completeBytes ?? '*'}`
}

/** The field of a 416: how long the representation is that none of the ranges was in. */
export function unsatisfiedRange(completeBytes: number): string {
  return `bytes */${completeBytes}`
}
