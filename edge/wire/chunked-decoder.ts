// A body in chunks. All payload of one network chunk is moved together in place and handed on as one piece: a peer that sends chunks of
// one byte must not cost a callback, a slice and a write for each of them.

import { partOf } from '../base/octets.ts'
import type { BodyDecoder } from './body-decoder.ts'
import { ChunkLine } from './chunk-line.ts'
import { TrailerReader } from './trailer-reader.ts'
import type { WireFault } from './wire-fault.ts'

/** Below this, a loop is quicker than a call into the runtime. */
const SMALL_BYTES = 64

/** Takes the chunks apart. @see RFC 9112 §7.1 */
export class ChunkedDecoder implements BodyDecoder {
  readonly #line = new ChunkLine()
  readonly #trailers = new TrailerReader()
  /** Bytes of the chunk that have not come yet; 0 while between two of them. */
  #leftBytes = 0

  get done(): boolean {
    return this.#trailers.over
  }

  get atEnd(): 'whole' | 'cut' {
    return this.done ? 'whole' : 'cut'
  }

  read(chunk: Buffer, at: number, payload: (bytes: Buffer) => void): number | WireFault {
    let from = at
    let to = at
    let next: number | WireFault = at
    while (typeof next === 'number' && next < chunk.length && !this.done) {
      if (this.#leftBytes === 0) {
        next = this.#betweenData(chunk, next)
        continue
      }
      const bytes = Math.min(this.#leftBytes, chunk.length - next)
      if (to === from) from = to = next
      if (to !== next) move(chunk, to, next, bytes)
      to += bytes
      next += bytes
      this.#leftBytes -= bytes
      if (this.#leftBytes === 0) this.#line.next()
    }
    if (to > from) payload(partOf(chunk, from, to))
    return next
  }

  #betweenData(chunk: Buffer, at: number): number | WireFault {
    // Behind the last chunk.
    if (this.#line.over) return this.#trailers.scan(chunk, at)
    const next = this.#line.scan(chunk, at)
    if (typeof next === 'number' && this.#line.over) this.#leftBytes = this.#line.size
    return next
  }
}

function move(chunk: Buffer, to: number, from: number, bytes: number): void {
  if (bytes >= SMALL_BYTES) {
    chunk.copyWithin(to, from, from + bytes)
    return
  }
  for (let i = 0; i < bytes; i++) chunk[to + i] = chunk[from + i]!
}
