// Parts of a representation, kept until they make the whole (RFC 9111 §3.3, §3.4).
//
// An entry of parts has the status 206, its parts one behind the other as its body, and a Content-Range line for each of them, ascending and
// apart, so that every level keeps it like any entry. It stands under a key of its own beside that of the whole. Parts are put together only
// when a strong entity tag says that they are of one representation; without one, a later part takes the place of the one before it.
// Putting together copies what is there, so a part that is small beside that is not worth it.

import { formatContentRange, parseContentRange } from '../http/content-range.ts'
import { strongMatch } from '../http/entity-tag.ts'
import { Fields } from '../http/fields.ts'
import type { Slice } from '../http/multipart-ranges.ts'
import type { Span } from '../http/range.ts'
import type { Entry } from './entry.ts'
import { validatorsOf } from './validators.ts'

/** What is kept of a representation. */
export interface Parts {
  readonly completeBytes: number
  /** Ascending; none overlaps or touches another. */
  readonly slices: readonly Slice[]
}

/** Parts of one entry; what comes beyond them is not kept. */
export const MAX_PARTS = 16
/** The least share of what is kept already that a further part must have. */
const LEAST_SHARE = 1 / 32

/** The key under which parts of a resource are kept. @param key see `cacheKey` */
export function partsKey(key: string): string {
  return `${key}\0r`
}

/** What an entry has of its representation: all of it, or parts; null when it has none that can be told. */
export function partsOf({ status, fields, body }: Entry): Parts | null {
  if (status === 200) return { completeBytes: body.byteLength, slices: [{ first: 0, last: body.byteLength - 1, bytes: body }] }
  if (status !== 206) return null
  const lines = fields.getAll('content-range')
  const slices: Slice[] = []
  let completeBytes = 0
  let at = 0
  for (const line of lines) {
    const range = parseContentRange(line)
    if (range?.completeBytes == null) return null
    // A single part may be shorter than it says; it begins where it says.
    const bytes = body.subarray(at, lines.length === 1 ? undefined : at + range.last - range.first + 1)
    at += bytes.byteLength
    completeBytes = range.completeBytes
    slices.push({ first: range.first, last: range.first + bytes.byteLength - 1, bytes })
  }
  return slices.length === 0 || at !== body.byteLength ? null : { completeBytes, slices }
}

/** The bytes of these spans, as views; null when not all of them are kept. */
export function cutFrom({ slices }: Parts, spans: readonly Span[]): readonly Slice[] | null {
  const cut: Slice[] = []
  for (const { first, last } of spans) {
    const slice = slices.find((kept) => kept.first <= first && last <= kept.last)
    if (slice === undefined) return null
    cut.push({ first, last, bytes: slice.bytes.subarray(first - slice.first, last - slice.first + 1) })
  }
  return cut
}

/**
 * A part put to those that are kept, as a new entry: of status 200 once they make the whole.
 * @param part an entry of one part, just received, with its freshness
 * @param kept what is kept beside it, fresh or stale; null when nothing is
 * @returns null when the part is not worth keeping beside what is there
 */
export function withPart(part: Entry, kept: Entry | null, maxBytes: number): Entry | null {
  if (kept === null || !areOfOne(part, kept)) return completed(part)
  const [before, fresh] = [partsOf(kept), partsOf(part)]
  if (before === null || fresh === null || before.completeBytes !== fresh.completeBytes) return completed(part)
  if (part.body.byteLength < kept.body.byteLength * LEAST_SHARE) return null
  const slices = joined(before.slices, fresh.slices[0]!)
  const body = Buffer.concat(slices.map(({ bytes }) => bytes))
  if (slices.length > MAX_PARTS || body.byteLength > maxBytes) return null
  const fields = combined(kept.fields, part.fields)
  fields.delete('range')
  fields.delete('content-range')
  for (const slice of slices) fields.append('Content-Range', formatContentRange({ ...slice, completeBytes: fresh.completeBytes }))
  // A buffer of exactly its size: concat may cut one out of a pool.
  return completed({ ...part, ...purgedAs(part, kept), fields, body: new Uint8Array(body) })
}

/** What purges go by: one that reaches either part reaches all of it. */
function purgedAs(part: Entry, kept: Entry): Pick<Entry, 'fillSeq' | 'requestedAtMs' | 'tags'> {
  return {
    fillSeq: Math.min(part.fillSeq, kept.fillSeq),
    requestedAtMs: Math.min(part.requestedAtMs, kept.requestedAtMs),
    tags: [...new Set([...kept.tags, ...part.tags])],
  }
}

/** §3.4: the same strong entity tag, and each part as long as it says. */
function areOfOne(part: Entry, kept: Entry): boolean {
  const [ours, theirs] = [validatorsOf(part.fields).etag, validatorsOf(kept.fields).etag]
  return ours !== null && theirs !== null && strongMatch(ours, theirs) && isExact(part) && isExact(kept)
}

function isExact({ fields, body }: Entry): boolean {
  let saidBytes = 0
  for (const line of fields.getAll('content-range')) {
    const range = parseContentRange(line)
    if (range === null) return false
    saidBytes += range.last - range.first + 1
  }
  return saidBytes === body.byteLength
}

/** A whole that came as a part is a whole (RFC 9110 §15.3.7). */
function completed(entry: Entry): Entry {
  const parts = partsOf(entry)
  if (parts === null || parts.slices.length !== 1 || entry.body.byteLength !== parts.completeBytes) return entry
  const fields = entry.fields.clone()
  fields.delete('range')
  fields.delete('content-range')
  return { ...entry, status: 200, fields }
}

/** The slices with one more, in whose place its bytes count. */
function joined(kept: readonly Slice[], fresh: Slice): Slice[] {
  const apart = kept.filter(({ first, last }) => last + 1 < fresh.first || fresh.last + 1 < first)
  const touching = kept.filter((slice) => !apart.includes(slice))
  const pieces: Slice[] = [fresh]
  for (const { first, last, bytes } of touching) {
    if (first < fresh.first) pieces.unshift({ first, last: fresh.first - 1, bytes: bytes.subarray(0, fresh.first - first) })
    if (last > fresh.last) pieces.push({ first: fresh.last + 1, last, bytes: bytes.subarray(fresh.last + 1 - first) })
  }
  const one = { first: pieces[0]!.first, last: pieces.at(-1)!.last, bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)) }
  return [...apart, one].sort((a, b) => a.first - b.first)
}

/** §3.4: every field of the new part replaces the kept ones of its name; a part may bring few (RFC 9110 §15.3.7). */
function combined(kept: Fields, fresh: Fields): Fields {
  const replaced = new Set([...fresh].map(([name]) => name.toLowerCase()))
  return Fields.fromRaw([...[...kept].filter(([name]) => !replaced.has(name.toLowerCase())), ...fresh].flat())
}
