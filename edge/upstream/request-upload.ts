// The body of a request on its way to the peer: framed, at the peer's pace, and with a word on whose turn it is.
//
// Invariant: what goes out is exactly what the head announced, or the connection ends. A byte more would be read as the beginning of the
// next request, a byte less would make the next request a part of this body (RFC 9112 §6.3).

import { EdgeError } from '../base/edge-error.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'

/** The connection that takes the bytes. */
export interface UploadLine {
  /** @returns false when the peer is behind: `drained` follows */
  writeBytes(bytes: Uint8Array): boolean
  /** The same, as one chunk (RFC 9112 §7.1). */
  writeChunk(bytes: Uint8Array): boolean
  writeLastChunk(): void
}

/** Hears how an upload goes on. */
export interface UploadWatcher {
  /** It is another's turn now, or the body is out. */
  uploadMoved(): void
  /** It cannot be finished. */
  uploadFailed(fault: unknown): void
}

/** The sending of one request body. */
export class RequestUpload implements BodySink {
  readonly #line: UploadLine
  readonly #watcher: UploadWatcher
  readonly #lengthBytes: number | null
  #bytes = 0
  #flow: BodyFlow | null = null
  #state: 'client' | 'peer' | 'whole' | 'over' = 'client'

  constructor(line: UploadLine, watcher: UploadWatcher, lengthBytes: number | null) {
    this.#line = line
    this.#watcher = watcher
    this.#lengthBytes = lengthBytes
  }

  /** Whether all of it was written. */
  get whole(): boolean {
    return this.#state === 'whole'
  }

  /** Whether the peer would take more, and the client has not sent it yet. */
  get waitsForClient(): boolean {
    return this.#state === 'client'
  }

  /** Opens the body. What is at hand comes at once. */
  start(body: Body): void {
    this.#flow = body.open(this)
    if (this.#state === 'over') this.#flow.cancel()
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state === 'over' || this.#state === 'whole') return false
    // An empty chunk would be the last one.
    if (chunk.byteLength === 0) return this.#state === 'client'
    this.#bytes += chunk.byteLength
    if (this.#lengthBytes !== null && this.#bytes > this.#lengthBytes) {
      this.#wrongLength()
      return false
    }
    const took = this.#lengthBytes === null ? this.#line.writeChunk(chunk) : this.#line.writeBytes(chunk)
    if (!took) this.#turn('peer')
    return took
  }

  end(): void {
    if (this.#state === 'over' || this.#state === 'whole') return
    if (this.#lengthBytes !== null && this.#bytes < this.#lengthBytes) return this.#wrongLength()
    if (this.#lengthBytes === null) this.#line.writeLastChunk()
    this.#turn('whole')
  }

  fail(fault: unknown): void {
    if (this.#state === 'over' || this.#state === 'whole') return
    this.#state = 'over'
    this.#watcher.uploadFailed(fault)
  }

  /** The peer takes more again. */
  drained(): void {
    // What was at hand may be written long before it is taken: the time for an answer is counted from here.
    if (this.#state === 'whole') return this.#watcher.uploadMoved()
    if (this.#state !== 'peer') return
    this.#turn('client')
    this.#flow?.resume()
  }

  /** Nobody wants the rest. */
  cancel(): void {
    if (this.#state === 'over' || this.#state === 'whole') return
    this.#state = 'over'
    this.#flow?.cancel()
  }

  #turn(state: 'client' | 'peer' | 'whole'): void {
    this.#state = state
    this.#watcher.uploadMoved()
  }

  #wrongLength(): void {
    this.#state = 'over'
    this.#flow?.cancel()
    this.#watcher.uploadFailed(new EdgeError('INTERNAL', { announced: this.#lengthBytes, sent: this.#bytes }))
  }
}
