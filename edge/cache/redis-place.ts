import { hash } from 'node:crypto'
import { parseHttpDate } from '../http/date.ts'
import type { Entry } from './entry.ts'
import { GENERATION_LENGTH } from './envelope.ts'
import { MAX_VARY_NAMES } from './variant.ts'

/** Length of every `variantId`, which lua/cache-put.lua relies on. */
export const VARIANT_ID_LENGTH = 22
/** Length of every `recordOf`, which the scripts rely on. */
export const RECORD_LENGTH = 94

const MAX_VARY_BYTES = MAX_VARY_NAMES * 129
const SEQ_DIGITS = 16
const SECONDS_DIGITS = 11
const MS_DIGITS = 14
const COUNT_DIGITS = 4
const NO_CHUNKS = '0'.repeat(GENERATION_LENGTH + COUNT_DIGITS)
const CHUNKS_FORM = new RegExp(`^([0-9a-f]{${GENERATION_LENGTH}})([0-9]{${COUNT_DIGITS}})$`)

/** The chunks of one fill. */
export interface Chunks {
  readonly generation: string
  /** 1..9999 */
  readonly count: number
}

/**
 * The Redis key of a URL. A digest, since a cache key may be long and hold anything; the braces keep a URL on one node of a cluster.
 * The number is that of the layout of the hash, not of the envelopes in it.
 */
export function placeOf(prefix: string, cacheKey: string): string {
  return `${prefix}e2:{${hash('sha256', cacheKey, 'hex')}}`
}

/** The Redis key of the lease to fetch an answer. @param flightKey the cache key, with the variant where it is known */
export function leasePlaceOf(prefix: string, flightKey: string): string {
  return `${prefix}l1:{${hash('sha256', flightKey, 'hex')}}`
}

/** The Redis key of a chunk, on the node of its URL. */
export function chunkPlace(place: string, generation: string, index: number): string {
  return `${place}:${generation}:${index}`
}

/** The field of a variant: 128 bits of a digest, in 22 characters. */
export function variantId(variant: string): string {
  return hash('sha256', variant, 'base64url').slice(0, VARIANT_ID_LENGTH)
}

/**
 * What the scripts know of a variant, of one length: its id, what it is ordered by, its chunks.
 *
 * The order is the highest purge known when the fill began; then the second in which the origin made the answer, by Date and Age, since an
 * answer may be old when it comes; then its Last-Modified, for two of one second; then the moment it came. As texts of digits they compare
 * as the numbers do, and any two entries compare the same way everywhere: whoever writes last, the newest stays.
 */
export function recordOf(entry: Entry, chunks: Chunks | null): string {
  const madeAtMs = entry.receivedAtMs - entry.ageOnReceiptMs
  const modifiedAtMs = parseHttpDate(entry.fields.get('last-modified') ?? '', entry.receivedAtMs) ?? 0
  const order =
    seqText(entry.fillSeq) +
    digits(madeAtMs / 1000, SECONDS_DIGITS) +
    digits(modifiedAtMs / 1000, SECONDS_DIGITS) +
    dateText(entry.receivedAtMs)
  return variantId(entry.variant) + order + (chunks === null ? NO_CHUNKS : chunks.generation + digits(chunks.count, COUNT_DIGITS))
}

/** The chunks in the tail of a record, as the scripts give them back; null when there are none. */
export function chunksIn(tail: string): Chunks | null {
  const [, generation, count] = CHUNKS_FORM.exec(tail) ?? []
  return generation === undefined || Number(count) === 0 ? null : { generation, count: Number(count) }
}

/** The number of a purge as the scripts compare it. */
export function seqText(fillSeq: number): string {
  return digits(fillSeq, SEQ_DIGITS)
}

/** A date in ms as the scripts compare it. */
export function dateText(atMs: number): string {
  return digits(atMs, MS_DIGITS)
}

/** The field names of Vary as one text. */
export function varyText(names: readonly string[]): string {
  return names.length === 0 ? '' : names.join(',')
}

/** The names in a text of `varyText`, or null when no edge can have written it. */
export function varyNamesIn(text: Uint8Array): readonly string[] | null {
  if (text.byteLength === 0) return []
  if (text.byteLength > MAX_VARY_BYTES) return null
  const names = Buffer.from(text).toString('latin1').split(',')
  return names.length > MAX_VARY_NAMES || names.includes('') ? null : names
}

/** A whole number in so many digits: what is below 0 is 0, what has more digits is the largest there is. */
function digits(value: number, count: number): string {
  return String(Math.min(Math.max(0, Math.floor(value) || 0), 10 ** count - 1, Number.MAX_SAFE_INTEGER)).padStart(count, '0')
}
