// An entry as bytes, for stores outside this process. Little-endian.
//
//   0  u8   version                 1  u8   flags                 2  u16  status
//   4  u32  bytes of the whole envelope
//   8  f64 × 7  the numbers of `numbersOf`, NaN for null
//  64  u32 × 4  bytes of the body, names of Vary, tags, field lines
//  80  texts: key, variant, names of Vary, tags, then name and value of each line; each as u32 length and UTF-8
//      body
//      u32  crc32 of all before it
//
// Whatever is not exactly so is no entry: another version, a wrong length or checksum, another key. A reader never guesses, since
// older and newer edges share one store, and a store may hold anything.

import { crc32 } from 'node:zlib'
import { MIB } from '../contract/units.ts'
import { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'
import { TextReader, writeTexts } from './text-list.ts'

/** The version of what is written; another one read is a miss. */
export const ENVELOPE_VERSION = 1
/** The largest envelope written or read. One value holds up every other client of Redis while it passes, 8 MiB for some ms. */
export const MAX_ENVELOPE_BYTES = 8 * MIB

const NUMBERS_FROM = 8
const COUNTS_FROM = 64
const HEAD_BYTES = 80
const CHECKSUM_BYTES = 4
const MUST_REVALIDATE = 1
const NO_CACHE = 2
const MAX_TEXTS = 8_192

/** The envelope of an entry, or null when it would be too large. @param key the cache key, kept inside to be compared */
export function encodeEnvelope(key: string, entry: Entry): Buffer | null {
  const raw = entry.fields.toRaw()
  const texts = [key, entry.variant, ...entry.varyNames, ...entry.tags, ...raw]
  const written = writeTexts(texts)
  const bytes = HEAD_BYTES + written.length + entry.body.length + CHECKSUM_BYTES
  if (bytes > MAX_ENVELOPE_BYTES || texts.length > MAX_TEXTS) return null

  const envelope = Buffer.allocUnsafe(bytes)
  envelope[0] = ENVELOPE_VERSION
  envelope[1] = (entry.mustRevalidate ? MUST_REVALIDATE : 0) | (entry.noCache ? NO_CACHE : 0)
  envelope.writeUInt16LE(entry.status, 2)
  envelope.writeUInt32LE(bytes, 4)
  for (const [i, value] of numbersOf(entry).entries()) envelope.writeDoubleLE(value ?? Number.NaN, NUMBERS_FROM + i * 8)
  const counts = [entry.body.length, entry.varyNames.length, entry.tags.length, raw.length / 2]
  for (const [i, count] of counts.entries()) envelope.writeUInt32LE(count, COUNTS_FROM + i * 4)
  envelope.set(written, HEAD_BYTES)
  envelope.set(entry.body, HEAD_BYTES + written.length)
  envelope.writeUInt32LE(crc32(envelope.subarray(0, bytes - CHECKSUM_BYTES)), bytes - CHECKSUM_BYTES)
  return envelope
}

/**
 * The entry in an envelope, with a body of its own; null when these bytes are no envelope of this version for this key.
 * @throws never
 */
export function decodeEnvelope(key: string, bytes: Uint8Array): Entry | null {
  const envelope = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isWhole(envelope)) return null
  const count = (i: number): number => envelope.readUInt32LE(COUNTS_FROM + i * 4)
  const [bodyBytes, varyCount, tagCount, lineCount] = [count(0), count(1), count(2), count(3)]
  const bodyEnd = envelope.length - CHECKSUM_BYTES
  const textsEnd = bodyEnd - bodyBytes
  if (textsEnd < HEAD_BYTES || varyCount + tagCount + 2 * lineCount > MAX_TEXTS) return null

  const texts = new TextReader(envelope.subarray(HEAD_BYTES, textsEnd))
  if (texts.take(1)?.[0] !== key) return null
  const variant = texts.take(1)?.[0]
  const varyNames = texts.take(varyCount)
  const tags = texts.take(tagCount)
  const raw = texts.take(2 * lineCount)
  if (variant === undefined || varyNames === null || tags === null || raw === null || !texts.done) return null
  // Copied out: a reply is a cut from a larger read, which the body would keep alive.
  const body = new Uint8Array(envelope.subarray(textsEnd, bodyEnd))
  return { ...headOf(envelope), fields: Fields.fromRaw(raw), body, varyNames, variant, tags }
}

function isWhole(envelope: Buffer): boolean {
  if (envelope.length < HEAD_BYTES + CHECKSUM_BYTES || envelope.length > MAX_ENVELOPE_BYTES) return false
  if (envelope[0] !== ENVELOPE_VERSION || envelope.readUInt32LE(4) !== envelope.length) return false
  const checkedBytes = envelope.length - CHECKSUM_BYTES
  return envelope.readUInt32LE(checkedBytes) === crc32(envelope.subarray(0, checkedBytes))
}

function numbersOf(entry: Entry): readonly (number | null)[] {
  const { requestedAtMs, receivedAtMs, ageOnReceiptMs, lifetimeMs, staleIfErrorMs, keepUntilMs, fillSeq } = entry
  return [requestedAtMs, receivedAtMs, ageOnReceiptMs, lifetimeMs, staleIfErrorMs, keepUntilMs, fillSeq]
}

function headOf(envelope: Buffer) {
  const number = (i: number): number => envelope.readDoubleLE(NUMBERS_FROM + i * 8)
  const flags = envelope[1]!
  return {
    status: envelope.readUInt16LE(2),
    requestedAtMs: number(0),
    receivedAtMs: number(1),
    ageOnReceiptMs: number(2),
    lifetimeMs: number(3),
    staleIfErrorMs: Number.isNaN(number(4)) ? null : number(4),
    keepUntilMs: number(5),
    fillSeq: number(6),
    mustRevalidate: (flags & MUST_REVALIDATE) !== 0,
    noCache: (flags & NO_CACHE) !== 0,
  }
}
