// An entry as bytes, for stores outside this process. Little-endian.
//
//   0  u8   version                 1  u8   flags                 2  u16  status
//   4  u32  bytes of the whole envelope
//   8  f64 × 7  the numbers of `writeNumbers`, NaN for null
//  64  u32 × 5  bytes of the body, bytes of it as stored, names of Vary, tags, bytes of the field lines
//  84  u32  coding of the body      88  u32  crc32 of the body as stored, when that is elsewhere
//  92  16 bytes  generation of its chunks, when it is elsewhere
// 108  texts: key, variant, names of Vary, tags; see text-list.ts
//      field lines, as HTTP/1.1 has them
//      the line of its length and an empty line, where the body as it is sent follows: then all from the field lines on is one text
//      the body as stored, unless it is elsewhere
//      u32  crc32 of all before it
//
// Whatever is not exactly so is no entry: another version, a wrong length or checksum, another key. A reader never guesses, since
// older and newer edges share one store, and a store may hold anything.

import { crc32 } from 'node:zlib'
import { KIB, MIB } from '../contract/units.ts'
import { MAX_TEXT_BYTES, textBody } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { lengthLine } from '../http/length-line.ts'
import { linesInText } from '../http/lines-in-text.ts'
import type { SharedLines } from '../http/shared-lines.ts'
import { CODING } from './body-coding.ts'
import { type Entry, NEVER_JUDGED, owned } from './entry.ts'
import type { BodyTerms } from './level.ts'
import { readTexts, writeTexts } from './text-list.ts'
import { NO_NAMES } from './variant.ts'

/** The version of what is written; another one read is a miss. */
export const ENVELOPE_VERSION = 3
/** The longest body that has an envelope. */
export const MAX_BODY_BYTES = 64 * MIB
/** The longest body that stands in its envelope. A longer value would hold up every other client of Redis while it passes. */
export const MAX_INLINE_BYTES = 96 * KIB
/** The largest envelope there is. */
export const MAX_ENVELOPE_BYTES = MAX_BODY_BYTES + MIB
/** Characters of a generation. */
export const GENERATION_LENGTH = 16

/** A body as it is stored. */
export type StoredBody = {
  /** See `CODING`. */
  readonly coding: number
  /** Its length when it is no longer coded. */
  readonly bodyBytes: number
} & (
  | { readonly where: 'inline'; readonly bytes: Uint8Array }
  /** In chunks that bear this generation; `checksum` is the crc32 of all. */
  | { readonly where: 'chunks'; readonly generation: string; readonly storedBytes: number; readonly checksum: number }
)

/** What an envelope holds. */
export interface Opened {
  /** Its body is empty when `pending` is not null, and otherwise lies in the envelope: see `owned`. `sendable` is there when it was lent. */
  readonly entry: Entry
  /** The body, when it is still to be fetched or expanded. */
  readonly pending: StoredBody | null
}

const NUMBERS_FROM = 8
const COUNTS_FROM = 64
const CODING_AT = 84
const BODY_CHECKSUM_AT = 88
const GENERATION_AT = 92
const HEAD_BYTES = GENERATION_AT + GENERATION_LENGTH
const CHECKSUM_BYTES = 4
const MUST_REVALIDATE = 1
const NO_CACHE = 2
const IN_CHUNKS = 4
const MAX_TEXTS = 8_192
const MAX_HEAD_BYTES = MIB
const EMPTY_LINE = '\r\n'
const NOTHING = new Uint8Array(0)

/** The envelope of an entry, or null when its head is too large. @param key the cache key, kept inside to be compared */
export function encodeEnvelope(key: string, entry: Entry, body: StoredBody): Buffer | null {
  const lines = entry.fields.toText()
  if (lines === null) return null
  const texts = [key, entry.variant, ...entry.varyNames, ...entry.tags]
  const written = writeTexts(texts)
  const inline = body.where === 'inline' ? body.bytes : NOTHING
  const sent = body.where === 'inline' && body.coding === CODING.none
  const wire = Buffer.from(sent ? lines + lengthLine(inline.length) + EMPTY_LINE : lines, 'latin1')
  const bytes = HEAD_BYTES + written.length + wire.length + inline.length + CHECKSUM_BYTES
  if (bytes - inline.length > MAX_HEAD_BYTES || inline.length > MAX_BODY_BYTES || texts.length > MAX_TEXTS) return null

  const envelope = Buffer.allocUnsafe(bytes).fill(0, 0, HEAD_BYTES)
  envelope[0] = ENVELOPE_VERSION
  envelope[1] = (entry.mustRevalidate ? MUST_REVALIDATE : 0) | (entry.noCache ? NO_CACHE : 0) | (body.where === 'chunks' ? IN_CHUNKS : 0)
  envelope.writeUInt16LE(entry.status, 2)
  envelope.writeUInt32LE(bytes, 4)
  writeNumbers(entry, envelope)
  const storedBytes = body.where === 'chunks' ? body.storedBytes : inline.length
  const counts = [body.bodyBytes, storedBytes, entry.varyNames.length, entry.tags.length, lines.length, body.coding]
  for (const [i, count] of counts.entries()) envelope.writeUInt32LE(count, COUNTS_FROM + i * 4)
  if (body.where === 'chunks') {
    envelope.writeUInt32LE(body.checksum, BODY_CHECKSUM_AT)
    envelope.write(body.generation, GENERATION_AT, GENERATION_LENGTH, 'latin1')
  }
  envelope.set(written, HEAD_BYTES)
  envelope.set(wire, HEAD_BYTES + written.length)
  envelope.set(inline, HEAD_BYTES + written.length + wire.length)
  envelope.writeUInt32LE(crc32(envelope.subarray(0, bytes - CHECKSUM_BYTES)), bytes - CHECKSUM_BYTES)
  return envelope
}

/** The envelope of an entry with its whole body in it, as it is; null when it would be too large. */
export function encodeWhole(key: string, entry: Entry): Buffer | null {
  return encodeEnvelope(key, entry, { where: 'inline', coding: CODING.none, bodyBytes: entry.body.byteLength, bytes: entry.body })
}

/** The entry in an envelope of `encodeWhole`, null when these bytes are none for this key. @throws never */
export function decodeWhole(key: string, bytes: Uint8Array): Entry | null {
  const opened = openEnvelope(key, bytes)
  return opened?.pending === null ? owned(opened.entry) : null
}

/**
 * What an envelope holds; null when these bytes are no envelope of this version for this key. @throws never
 * @param terms `lend` for who sends a short body at once
 */
export function openEnvelope(key: string, bytes: Uint8Array, terms: BodyTerms = 'own'): Opened | null {
  const envelope = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isWhole(envelope)) return null
  const bodyBytes = envelope.readUInt32LE(COUNTS_FROM)
  const storedBytes = envelope.readUInt32LE(COUNTS_FROM + 4)
  const varyCount = envelope.readUInt32LE(COUNTS_FROM + 8)
  const tagCount = envelope.readUInt32LE(COUNTS_FROM + 12)
  const linesBytes = envelope.readUInt32LE(COUNTS_FROM + 16)
  const textCount = 2 + varyCount + tagCount
  const bodyEnd = envelope.length - CHECKSUM_BYTES
  const elsewhere = (envelope[1]! & IN_CHUNKS) !== 0
  const bodyFrom = elsewhere ? bodyEnd : bodyEnd - storedBytes
  const pending = pendingBody(envelope, { bodyBytes, storedBytes, bodyFrom, bodyEnd })
  const closing = pending === null ? lengthLine(bodyBytes) + EMPTY_LINE : ''
  const linesFrom = bodyFrom - closing.length - linesBytes
  if (
    linesFrom < HEAD_BYTES ||
    linesBytes > MAX_HEAD_BYTES ||
    textCount > MAX_TEXTS ||
    bodyBytes > MAX_BODY_BYTES ||
    storedBytes > bodyBytes
  )
    return null
  if (pending === null && storedBytes !== bodyBytes) return null
  const lend = terms === 'lend' && pending === null && bodyBytes <= MAX_TEXT_BYTES

  const texts = readTexts(envelope, { from: HEAD_BYTES, to: linesFrom, count: textCount })
  if (texts === null || texts[0] !== key) return null
  const tail = envelope.toString('latin1', linesFrom, lend ? bodyEnd : bodyFrom)
  const lines = linesInText(envelope, linesFrom, linesFrom + linesBytes, tail.slice(0, linesBytes))
  if (lines === null || !tail.startsWith(closing, linesBytes)) return null
  const body = pending === null ? envelope.subarray(bodyFrom, bodyEnd) : NOTHING
  const tagsFrom = 2 + varyCount
  const entry = {
    ready: null,
    judged: NEVER_JUDGED,
    variant: texts[1]!,
    ...headOf(envelope),
    fields: Fields.over(lines),
    body,
    varyNames: varyCount === 0 ? NO_NAMES : texts.slice(2, tagsFrom),
    tags: tagCount === 0 ? NO_NAMES : texts.slice(tagsFrom),
  }
  if (!isSound(entry)) return null
  return lend ? { entry: lent(entry, lines, tail), pending } : { entry, pending }
}

/** A short entry that is sent from the text that it came in, and nowhere else kept. */
function lent(entry: Entry, lines: SharedLines, tail: string): Entry {
  const body = textBody(tail.slice(tail.length - entry.body.byteLength))
  lines.tail = tail
  lines.tailOf = body
  entry.sendable = body
  return entry
}

/** Numbers that no edge writes would pass every comparison with a date. */
function isSound({ requestedAtMs, receivedAtMs, ageOnReceiptMs, lifetimeMs, keepUntilMs, fillSeq }: Entry): boolean {
  return Number.isFinite(requestedAtMs + receivedAtMs + ageOnReceiptMs + lifetimeMs + keepUntilMs + fillSeq)
}

interface BodyPlace {
  readonly bodyBytes: number
  readonly storedBytes: number
  readonly bodyFrom: number
  readonly bodyEnd: number
}

/** The body when there is more to do than to cut it out. */
function pendingBody(envelope: Buffer, { bodyBytes, storedBytes, bodyFrom, bodyEnd }: BodyPlace): StoredBody | null {
  const coding = envelope.readUInt32LE(CODING_AT)
  if ((envelope[1]! & IN_CHUNKS) !== 0) {
    const generation = envelope.toString('latin1', GENERATION_AT, HEAD_BYTES)
    return { where: 'chunks', coding, bodyBytes, storedBytes, generation, checksum: envelope.readUInt32LE(BODY_CHECKSUM_AT) }
  }
  return coding === CODING.none ? null : { where: 'inline', coding, bodyBytes, bytes: envelope.subarray(bodyFrom, bodyEnd) }
}

function isWhole(envelope: Buffer): boolean {
  if (envelope.length < HEAD_BYTES + CHECKSUM_BYTES || envelope.length > MAX_ENVELOPE_BYTES) return false
  if (envelope[0] !== ENVELOPE_VERSION || envelope.readUInt32LE(4) !== envelope.length) return false
  const checkedBytes = envelope.length - CHECKSUM_BYTES
  return envelope.readUInt32LE(checkedBytes) === crc32(envelope.subarray(0, checkedBytes))
}

function writeNumbers(entry: Entry, envelope: Buffer): void {
  const { requestedAtMs, receivedAtMs, ageOnReceiptMs, lifetimeMs, staleIfErrorMs, keepUntilMs, fillSeq } = entry
  const numbers = [requestedAtMs, receivedAtMs, ageOnReceiptMs, lifetimeMs, staleIfErrorMs, keepUntilMs, fillSeq]
  for (const [i, value] of numbers.entries()) envelope.writeDoubleLE(value ?? Number.NaN, NUMBERS_FROM + i * 8)
}

function headOf(envelope: Buffer) {
  const flags = envelope[1]!
  // Compiled to one load each, which the methods of Buffer are not.
  const numbers = new DataView(envelope.buffer, envelope.byteOffset + NUMBERS_FROM)
  const staleIfErrorMs = numbers.getFloat64(32, true)
  return {
    status: envelope.readUInt16LE(2),
    requestedAtMs: numbers.getFloat64(0, true),
    receivedAtMs: numbers.getFloat64(8, true),
    ageOnReceiptMs: numbers.getFloat64(16, true),
    lifetimeMs: numbers.getFloat64(24, true),
    staleIfErrorMs: Number.isNaN(staleIfErrorMs) ? null : staleIfErrorMs,
    keepUntilMs: numbers.getFloat64(40, true),
    fillSeq: numbers.getFloat64(48, true),
    mustRevalidate: (flags & MUST_REVALIDATE) !== 0,
    noCache: (flags & NO_CACHE) !== 0,
  }
}
