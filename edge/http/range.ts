// Byte ranges of a request (RFC 9110 §14.1, §14.2). A range is an offer to save work; sets of ranges that make more work than the whole
// are an attack ("Apache Killer", overlapping parts of a large body), so what is not plainly well-meant counts as not asked at all.

import { Scanner, TOKEN } from './scanner.ts'

/** One range as it was asked for: from a byte to another or to the end, or the last bytes. Positions count from 0. */
export type RangeSpec = { readonly first: number; readonly last: number | null } | { readonly suffixBytes: number }

/** Bytes of a representation, both ends included. */
export interface Span {
  readonly first: number
  readonly last: number
}

/** Ranges that one request may have; a request with more is answered as if it had none. */
export const MAX_RANGES = 32

const SPEC = /[0-9]+-[0-9]*|-[0-9]+/y
const BLANKS_AND_COMMAS = /[ \t,]*/y
const SEPARATOR = /[ \t]*(?:,[ \t,]*|$)/y

/**
 * The ranges of a Range field, in the order they were asked for; `other-unit` when they are not in bytes; null when there is nothing to obey:
 * the field is malformed, a range ends before it begins, or there are more than 32.
 * @param value all lines joined by `, `, so that a second line makes it malformed
 * @throws never
 */
export function parseRange(value: string): readonly RangeSpec[] | 'other-unit' | null {
  const scanner = new Scanner(value)
  const unit = scanner.take(TOKEN)
  if (unit === null || !scanner.eat('=')) return null
  if (unit.toLowerCase() !== 'bytes') return 'other-unit'
  const specs: RangeSpec[] = []
  scanner.take(BLANKS_AND_COMMAS)
  while (!scanner.done) {
    const text = scanner.take(SPEC)
    const spec = text === null ? null : specOf(text)
    if (spec === null || specs.length === MAX_RANGES || scanner.take(SEPARATOR) === null) return null
    specs.push(spec)
  }
  return specs.length === 0 ? null : specs
}

/** The field that asks for these ranges; `parseRange` reads it back. */
export function formatRange(specs: readonly RangeSpec[]): string {
  return `bytes=${specs.map((spec) => ('suffixBytes' in spec ? `-${spec.suffixBytes}` : `${spec.first}-${spec.last ?? ''}`)).join(',')}`
}

/**
 * Whether ranges stand in ascending order and apart, whatever the length: only such sets are worth passing on, since an origin that answers
 * the others part by part could be made to send a body many times over.
 */
export function areApart(specs: readonly RangeSpec[]): boolean {
  let after = 0
  for (const spec of specs) {
    // Where the last bytes begin is not known, so they stand apart from nothing.
    if ('suffixBytes' in spec) return specs.length === 1
    if (spec.first < after) return false
    after = spec.last === null ? Number.POSITIVE_INFINITY : spec.last + 1
  }
  return true
}

/**
 * The bytes that ranges mean in a body; empty when none of them is in it (416). They keep their order unless some overlap:
 * then they are merged and ascend, so that no byte is sent twice (RFC 9110 §15.3.7.2).
 * @param bodyBytes 1 or more: an empty body has no ranges
 */
export function resolveRanges(specs: readonly RangeSpec[], bodyBytes: number): readonly Span[] {
  const spans: Span[] = []
  for (const spec of specs) {
    const span = spanOf(spec, bodyBytes)
    if (span !== null) spans.push(span)
  }
  if (spans.length < 2) return spans
  const merged = mergeSpans(spans)
  return merged.length === spans.length ? spans : merged
}

/** The same bytes as ascending spans, none overlapping another; those that only touch stay apart. */
function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = []
  for (const span of [...spans].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1)
    if (before === undefined || span.first > before.last) merged.push(span)
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, span.last) }
  }
  return merged
}

function specOf(text: string): RangeSpec | null {
  const dash = text.indexOf('-')
  if (dash === 0) return { suffixBytes: positionOf(text.slice(1)) }
  const first = positionOf(text.slice(0, dash))
  if (dash === text.length - 1) return { first, last: null }
  const last = positionOf(text.slice(dash + 1))
  return last < first ? null : { first, last }
}

// No body is that long, so numbers beyond what can be counted exactly all mean the same.
function positionOf(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1)
}

function spanOf(spec: RangeSpec, bodyBytes: number): Span | null {
  const end = bodyBytes - 1
  if ('suffixBytes' in spec) return spec.suffixBytes === 0 ? null : { first: Math.max(0, bodyBytes - spec.suffixBytes), last: end }
  if (spec.first > end) return null
  return { first: spec.first, last: Math.min(spec.last ?? end, end) }
}
