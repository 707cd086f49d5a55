// How the body of an entry is written in Redis: as it is, or smaller.
//
// What comes from Redis may be anything: nothing expands beyond the length that was recorded for it, and whoever records it has bounded that.

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { KIB } from '../contract/units.ts'
import type { Fields } from '../http/fields.ts'

/** What was done to a body, by the number that stands in its envelope; never given to another coding. */
export const CODING = { none: 0, gzip: 1, zstd: 2 } as const
/** One of `CODING`. */
export type Coding = (typeof CODING)[keyof typeof CODING]

// Longer work than on so many bytes is done by another thread: this one has requests to answer.
const LONGEST_AT_ONCE = 64 * KIB
// Saving less is not worth the work of whoever reads it.
const MOST_KEPT = 7 / 8
const ZSTD_LEVEL = 3
// Texts, in the widest sense. Images, sound, video, fonts in woff2 and archives are as small as they get.
const COMPRESSIBLE =
  /^(?:text\/|image\/(?:svg\+xml|bmp|x-icon)|font\/(?:ttf|otf)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|x-javascript|ecmascript|wasm|yaml|sql|x-ndjson|manifest)\b)/i

/** Whether an answer of these fields may get smaller: text that nobody has coded yet. */
export function isCompressible(fields: Fields): boolean {
  if (fields.has('content-encoding')) return false
  return COMPRESSIBLE.test(fields.get('content-type') ?? '')
}

/** A body smaller, off this thread. @returns null when it does not get worthwhile smaller @throws never */
export async function compressed(body: Uint8Array): Promise<{ readonly coding: Coding; readonly bytes: Uint8Array } | null> {
  const { zstdCompress } = zlib
  // A Node without zstd writes gzip; one that reads it takes both.
  const coding = zstdCompress === undefined ? CODING.gzip : CODING.zstd
  try {
    const params = { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }
    const bytes = coding === CODING.gzip ? await promisify(zlib.gzip)(body) : await promisify(zstdCompress)(body, { params })
    return bytes.byteLength <= body.byteLength * MOST_KEPT ? { coding, bytes } : null
  } catch {
    // Out of memory at worst: the body is written as it is.
    return null
  }
}

/**
 * A body as it was, in a buffer of its own; a long one is expanded off this thread.
 * @param bodyBytes its recorded length: no more is made, and less is wrong too
 * @returns null when it is not what was written
 */
export function expanded(coding: number, bytes: Uint8Array, bodyBytes: number): Uint8Array | null | Promise<Uint8Array | null> {
  if (bodyBytes > LONGEST_AT_ONCE) return expandedLater(coding, bytes, bodyBytes)
  try {
    // An upper bound of 0 is none to zlib.
    const options = { maxOutputLength: bodyBytes + 1 }
    if (coding === CODING.gzip) return exactly(zlib.gunzipSync(bytes, options), bodyBytes)
    return coding === CODING.zstd ? exactly(zlib.zstdDecompressSync(bytes, options), bodyBytes) : null
  } catch {
    // Not of this coding, or larger than it said.
    return null
  }
}

async function expandedLater(coding: number, bytes: Uint8Array, bodyBytes: number): Promise<Uint8Array | null> {
  try {
    const options = { maxOutputLength: bodyBytes + 1 }
    if (coding === CODING.gzip) return exactly(await promisify(zlib.gunzip)(bytes, options), bodyBytes)
    return coding === CODING.zstd ? exactly(await promisify(zlib.zstdDecompress)(bytes, options), bodyBytes) : null
  } catch {
    return null
  }
}

function exactly(bytes: Buffer, bodyBytes: number): Uint8Array | null {
  if (bytes.byteLength !== bodyBytes) return null
  return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
}
