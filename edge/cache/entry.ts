import { type BytesBody, MAX_TEXT_BYTES } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import type { Ready } from './ready.ts'

/** A kept answer. Shared by everyone who is served from it: clone `fields` before changing them, never write into `body`. */
export interface Entry {
  // What each memory hit reads comes first, so that it lies in one piece: whoever makes entries keeps to this order.
  /** The answer that stands ready; see `readyOf`. */
  ready?: Ready | null
  /** The version of the purge table under which nothing reached it; see `PurgeFence`. */
  judged?: number
  /** Which of the variants this is; see `variantOf`. */
  readonly variant: string
  readonly status: number
  /** As `storedFields` left them: end-to-end fields with a Date, without Age and Set-Cookie. */
  readonly fields: Fields
  /** The whole body, in a buffer of exactly its size; only who asked for it to be lent gets one that is not. */
  readonly body: Uint8Array
  /** When the fill asked the origin, or validated last; wall clock. */
  readonly requestedAtMs: number
  /** When the head of that answer came; wall clock. */
  readonly receivedAtMs: number
  /** How old it was by then: time in caches before us and on the way (RFC 9111 §4.2.3, corrected_initial_age). */
  readonly ageOnReceiptMs: number
  /** How old it may be while it counts as fresh (RFC 9111 §4.2.1), bounded by the rule. */
  readonly lifetimeMs: number
  /** What its origin said in stale-if-error (RFC 5861 §4); null when it said nothing and the rule decides. */
  readonly staleIfErrorMs: number | null
  /** From then on it is of no use to anyone; wall clock. */
  readonly keepUntilMs: number
  /** Must not be used stale: must-revalidate, proxy-revalidate or s-maxage (RFC 9111 §4.2.4). */
  readonly mustRevalidate: boolean
  /** Must not be used without asking its origin, fresh or not (RFC 9111 §5.2.2.4). */
  readonly noCache: boolean
  /** The fields that Vary names: lower-case, sorted, each once; empty without Vary. */
  readonly varyNames: readonly string[]
  /** Labels to purge it by. */
  readonly tags: readonly string[]
  /** The highest purge known when its fill began: a later purge that matches beats it. */
  readonly fillSeq: number
  /** The body as answers send it; made with the first of them. */
  sendable?: BytesBody
}

/**
 * The bytes in a buffer of exactly their size. Node cuts small buffers out of a pool and socket reads are 64 KB:
 * kept as they are, 100 bytes could hold 64 KB that nobody counted.
 */
export function exactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

/** The entry with a body and fields of its own: itself, unless they are parts of something larger that was read. */
export function owned(entry: Entry): Entry {
  const body = exactBytes(entry.body)
  if (body === entry.body) return entry
  const { sendable: _sendable, ...rest } = entry
  return { ...rest, fields: Fields.adopt(entry.fields.toRaw()), body }
}

/** The version of no purge table. */
export const NEVER_JUDGED = -1

// Measured on V8 without pointer compression: the objects around the data (entry, fields, array buffer, sendable body, node and map slot).
const ENTRY_OVERHEAD_BYTES = 1_080
// A string's own header, its slot in an array, and the rounding of its text up to a machine word.
const STRING_OVERHEAD_BYTES = 28

/**
 * Memory that an entry takes, in bytes: its body, its texts, and what the engine adds to each; right to about a tenth.
 * The key is not counted: it belongs to whoever keeps the entry; see `textBytes`.
 */
export function entryBytes(entry: Entry): number {
  let bytes = ENTRY_OVERHEAD_BYTES + entry.body.byteLength + textBytes(entry.variant)
  // A short body is kept as text too, once it was sent.
  if (entry.body.byteLength <= MAX_TEXT_BYTES) bytes += entry.body.byteLength + STRING_OVERHEAD_BYTES
  // byteLength() counts 4 bytes a line beyond the texts, which stand for the colon and the line end on the wire.
  bytes += entry.fields.byteLength() + entry.fields.size * (2 * STRING_OVERHEAD_BYTES - 4)
  for (const name of entry.varyNames) bytes += textBytes(name)
  for (const tag of entry.tags) bytes += textBytes(tag)
  return bytes
}

/** Memory that a text of single-byte characters takes, in bytes. */
export function textBytes(text: string): number {
  return STRING_OVERHEAD_BYTES + text.length
}
