// Writes to an HTTP/2 stream: large bytes in slices, each when the one before is taken, so that a client that takes nothing can be told
// from one that takes little, and no answer fills the memory of its connection (RFC 9113 §10.5).

import type { ServerHttp2Stream } from 'node:http2'

/** Bytes handed to node at once. A client has `sendTimeoutMs` for each slice. */
export const SLICE_BYTES = 64 * 1024

/** The way onto one stream. */
export class StreamWriter {
  readonly #stream: ServerHttp2Stream
  #rest: Uint8Array | null = null
  #ending = false
  #handedBytes = 0
  #takenBytes = 0
  #movedMs: number

  /** @param nowMs monotonic */
  constructor(stream: ServerHttp2Stream, nowMs: number) {
    this.#stream = stream
    this.#movedMs = nowMs
  }

  /** Writes bytes. @returns false when the client is behind: `drain` follows */
  write(bytes: Uint8Array): boolean {
    if (this.#rest !== null) {
      this.#rest = Buffer.concat([this.#rest, bytes])
      return false
    }
    if (bytes.byteLength <= SLICE_BYTES) return this.#hand(bytes)
    this.#rest = bytes
    return this.drained()
  }

  /** No more bytes come. */
  end(): void {
    this.#ending = true
    if (this.#rest === null) this.#stream.end()
  }

  /** Writes on when the stream has taken what it had. @returns whether nothing waits here any more */
  drained(): boolean {
    while (this.#rest !== null) {
      const rest = this.#rest
      this.#rest = rest.byteLength > SLICE_BYTES ? rest.subarray(SLICE_BYTES) : null
      const took = this.#hand(rest.subarray(0, SLICE_BYTES))
      if (this.#rest === null && this.#ending) this.#stream.end()
      if (!took) return false
    }
    return true
  }

  /** How long the client has taken nothing of what waits for it, ms; 0 when nothing waits. @param nowMs monotonic; asked now and then */
  stuckMs(nowMs: number): number {
    const queuedBytes = this.#stream.writableLength
    const takenBytes = this.#handedBytes - queuedBytes
    if (queuedBytes === 0 || takenBytes !== this.#takenBytes) this.#movedMs = nowMs
    this.#takenBytes = takenBytes
    return nowMs - this.#movedMs
  }

  #hand(bytes: Uint8Array): boolean {
    this.#handedBytes += bytes.byteLength
    return this.#stream.write(bytes)
  }
}
