// A long body at hand, handed on in pieces at the pace of its reader. Given at once it would lie whole in the queue of a slow
// client's socket, encrypted a second time over TLS, and its exchange would count as over.

import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import type { BodiesInUse } from './bodies-in-use.ts'

/** What is handed on at once. Smaller pieces cost a third more time per byte; shorter bodies the system takes in one write. */
export const PIECE_BYTES = 256 * 1024

/** A body of bytes at hand, in pieces; to be opened once. */
export class PacedBody implements Body, BodyFlow {
  readonly #bytes: Uint8Array
  readonly #inUse: BodiesInUse
  #sink: BodySink | null = null
  #at = 0
  #state: 'flowing' | 'paused' | 'over' = 'flowing'
  /** Whether the reader was slower than the first pieces: only then it is counted. */
  #counted = false
  #handing = false

  constructor(bytes: Uint8Array, inUse: BodiesInUse) {
    this.#bytes = bytes
    this.#inUse = inUse
  }

  get lengthBytes(): number {
    return this.#bytes.byteLength
  }

  open(sink: BodySink): BodyFlow {
    this.#sink = sink
    this.#hand()
    return this
  }

  pause(): void {
    if (this.#state !== 'flowing') return
    this.#state = 'paused'
    if (this.#counted) return
    this.#counted = true
    this.#inUse.enter(this.#bytes)
  }

  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'flowing'
    this.#hand()
  }

  cancel(): void {
    if (this.#state !== 'over') this.#finish()
  }

  // The end waits for the reader like any piece, so that bytes count for as long as somebody has not taken them.
  #hand(): void {
    // A reader that resumes while it is given a piece is served by the loop that gives it.
    if (this.#handing) return
    this.#handing = true
    while (this.#state === 'flowing' && this.#at < this.#bytes.byteLength) {
      const piece = this.#bytes.subarray(this.#at, this.#at + PIECE_BYTES)
      this.#at += piece.byteLength
      if (!this.#sink!.write(piece)) this.pause()
    }
    this.#handing = false
    if (this.#state !== 'flowing') return
    this.#finish()
    this.#sink!.end()
  }

  #finish(): void {
    this.#state = 'over'
    if (this.#counted) this.#inUse.leave(this.#bytes)
  }
}
