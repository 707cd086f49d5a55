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
  /** What is handed on, one after the other: number `#part` from `#at` on. */
  readonly #parts: readonly Uint8Array[]
  #part = 0
  #at = 0
  #sink: BodySink | null = null
  #state: 'flowing' | 'paused' | 'over' = 'flowing'
  /** Whether the reader was slower than the first pieces: only then it is counted. */
  #counted = false
  #handing = false

  /** @param bytes the whole body, which its reader keeps in memory @param parts what is sent, where that is not the whole: slices of it */
  constructor(bytes: Uint8Array, inUse: BodiesInUse, parts: readonly Uint8Array[] = [bytes]) {
    this.#bytes = bytes
    this.#inUse = inUse
    this.#parts = parts
  }

  get lengthBytes(): number {
    let bytes = 0
    for (const part of this.#parts) bytes += part.byteLength
    return bytes
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
    while (this.#state === 'flowing' && this.#part < this.#parts.length) {
      if (!this.#sink!.write(this.#nextPiece())) this.pause()
    }
    this.#handing = false
    if (this.#state !== 'flowing') return
    this.#finish()
    this.#sink!.end()
  }

  #nextPiece(): Uint8Array {
    const part = this.#parts[this.#part]!
    const piece = part.subarray(this.#at, this.#at + PIECE_BYTES)
    this.#at += piece.byteLength
    if (this.#at >= part.byteLength) {
      this.#part += 1
      this.#at = 0
    }
    return piece
  }

  #finish(): void {
    this.#state = 'over'
    if (this.#counted) this.#inUse.leave(this.#bytes)
  }
}
