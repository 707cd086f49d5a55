// Bodies in Redis. A short one stands in its envelope. A long one is cut into chunks, each a value of its own beside the hash of its URL, since
// one long value would hold up every other client of Redis while it passes.
//
// Chunks bear the generation of their fill in their keys, a number drawn for each, so that those of two fills never mix; and the envelope has
// a checksum of them all. They are written before the envelope and removed after it, so an envelope that can be read has its chunks, unless
// Redis dropped one for lack of room. What is missing or wrong makes the whole a miss.

import { crc32 } from 'node:zlib'
import { ByteBudget } from '../base/byte-budget.ts'
import type { Clock, Random } from '../base/ports.ts'
import { MIB } from '../contract/units.ts'
import type { RedisPort } from '../redis/redis-port.ts'
import type { NoReply, Reply } from '../redis/reply.ts'
import { CODING, compressed, expanded, isCompressible } from './body-coding.ts'
import type { Entry } from './entry.ts'
import { GENERATION_LENGTH, MAX_BODY_BYTES, MAX_INLINE_BYTES, type StoredBody } from './envelope.ts'
import { type Chunks, chunkPlace } from './redis-place.ts'

/** Bytes of a chunk; the last one may be shorter. */
export const CHUNK_BYTES = MAX_INLINE_BYTES

// Chunks asked for or written at once: all of an entry of 3 MiB. Of a longer one Redis never has to hold the whole in its reply.
const CHUNKS_AT_ONCE = 32
// Bodies being put together, or taken apart, at one time.
const MAX_BYTES_UNDER_WAY = 2 * MAX_BODY_BYTES + MIB

/** What bodies are written and read with. */
export interface RedisBodiesParts {
  readonly redis: RedisPort
  readonly random: Random
  readonly clock: Clock
  /** Shorter bodies stay as they are; 0 leaves all so. */
  readonly compressMinBytes: number
  /** All chunks of a body must have come by then. */
  readonly chunkTimeoutMs: number
}

/** Why there is no body. */
export type NoBody = 'corrupt' | NoReply['why']

const BUSY: NoReply = { ok: false, why: 'full' }

/** Writes and reads the bodies of entries. */
export class RedisBodies {
  readonly #parts: RedisBodiesParts
  readonly #reading = new ByteBudget(MAX_BYTES_UNDER_WAY)
  readonly #writing = new ByteBudget(MAX_BYTES_UNDER_WAY)

  constructor(parts: RedisBodiesParts) {
    this.#parts = parts
  }

  /** The body as it is to stand in Redis. Its chunks are there when this is done. Never rejects. */
  write(place: string, entry: Entry, keepMs: number): Reply<StoredBody> | Promise<Reply<StoredBody>> {
    const { compressMinBytes } = this.#parts
    const { body } = entry
    const squeezes = compressMinBytes > 0 && body.byteLength >= compressMinBytes && isCompressible(entry.fields)
    if (!squeezes && body.byteLength <= MAX_INLINE_BYTES) return { ok: true, value: inline(body, body.byteLength, CODING.none) }
    if (!this.#writing.take(2 * body.byteLength)) return BUSY
    return this.#writeLong({ place, body, keepMs, squeezes }).finally(() => this.#writing.give(2 * body.byteLength))
  }

  /** The body of an entry that was found, whole and as it was. Never rejects. */
  async read(place: string, body: StoredBody): Promise<Uint8Array | NoBody> {
    const bytes = body.bodyBytes + (body.where === 'chunks' ? body.storedBytes : 0)
    if (!this.#reading.take(bytes)) return 'full'
    try {
      const stored = body.where === 'chunks' ? await this.#readChunks(place, body) : body.bytes
      if (typeof stored === 'string') return stored
      if (body.coding === CODING.none) return stored.byteLength === body.bodyBytes ? stored : 'corrupt'
      return (await expanded(body.coding, stored, body.bodyBytes)) ?? 'corrupt'
    } finally {
      this.#reading.give(bytes)
    }
  }

  /** Removes chunks that no envelope names any more. Never rejects. */
  async remove(place: string, chunks: readonly Chunks[]): Promise<void> {
    for (const { generation, count } of chunks) {
      await this.#parts.redis.remove(Array.from({ length: count }, (_, i) => chunkPlace(place, generation, i)))
    }
  }

  async #writeLong({ place, body, keepMs, squeezes }: LongWrite): Promise<Reply<StoredBody>> {
    const smaller = squeezes ? await compressed(body) : null
    const { coding, bytes } = smaller ?? { coding: CODING.none, bytes: body }
    if (bytes.byteLength <= MAX_INLINE_BYTES) return { ok: true, value: inline(bytes, body.byteLength, coding) }

    const generation = this.#parts.random.hex(GENERATION_LENGTH / 2)
    let checksum = 0
    for (let first = 0; first < chunkCount(bytes.byteLength); first += CHUNKS_AT_ONCE) {
      const cuts = cutsOf(bytes.byteLength, first).map(({ index, start, end }) => ({ index, chunk: bytes.subarray(start, end) }))
      for (const { chunk } of cuts) checksum = crc32(chunk, checksum)
      const replies = await Promise.all(
        cuts.map(({ index, chunk }) => this.#parts.redis.write(chunkPlace(place, generation, index), chunk, keepMs)),
      )
      const failed = replies.find((reply) => !reply.ok)
      if (failed !== undefined && !failed.ok) {
        await this.remove(place, [{ generation, count: first + cuts.length }])
        return failed
      }
    }
    const stored = { where: 'chunks', generation, storedBytes: bytes.byteLength, checksum, coding, bodyBytes: body.byteLength } as const
    return { ok: true, value: stored }
  }

  async #readChunks(place: string, { generation, storedBytes, checksum }: InChunks): Promise<Uint8Array | NoBody> {
    const { redis, clock, chunkTimeoutMs } = this.#parts
    const startedMs = clock.monotonicMs()
    const stored = new Uint8Array(storedBytes)
    let seen = 0
    for (let first = 0; first < chunkCount(storedBytes); first += CHUNKS_AT_ONCE) {
      if (clock.monotonicMs() - startedMs >= chunkTimeoutMs) return 'late'
      const cuts = cutsOf(storedBytes, first)
      const replies = await Promise.all(cuts.map(({ index }) => redis.read(chunkPlace(place, generation, index))))
      for (const [i, reply] of replies.entries()) {
        if (!reply.ok) return reply.why
        const { start, end } = cuts[i]!
        if (reply.value === null || reply.value.byteLength !== end - start) return 'corrupt'
        stored.set(reply.value, start)
        seen = crc32(reply.value, seen)
      }
    }
    return seen === checksum ? stored : 'corrupt'
  }
}

type InChunks = StoredBody & { readonly where: 'chunks' }

interface LongWrite {
  readonly place: string
  readonly body: Uint8Array
  readonly keepMs: number
  readonly squeezes: boolean
}

interface Cut {
  readonly index: number
  readonly start: number
  readonly end: number
}

/** How many chunks so many bytes make. */
export function chunkCount(bytes: number): number {
  return Math.ceil(bytes / CHUNK_BYTES)
}

/** Where the chunks from `first` on are cut, as many as are handled at once. */
function cutsOf(bytes: number, first: number): Cut[] {
  const cuts: Cut[] = []
  for (let index = first; index < Math.min(chunkCount(bytes), first + CHUNKS_AT_ONCE); index++) {
    cuts.push({ index, start: index * CHUNK_BYTES, end: Math.min(bytes, (index + 1) * CHUNK_BYTES) })
  }
  return cuts
}

function inline(bytes: Uint8Array, bodyBytes: number, coding: number): StoredBody {
  return { where: 'inline', coding, bodyBytes, bytes }
}
