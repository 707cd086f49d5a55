// The body of an answer on its way from a connection to whoever opens it. What comes before it is opened, or while its reader has
// enough, is held; it is little, since the connection is not read any further then.
//
// Invariant: after open() the sink hears writes in order and then exactly one of end() or fail(); after cancel() nothing at all.

import type { Body, BodyFlow, BodySink } from '../http/body.ts'

/** Held for a reader that has not come yet before the connection is not read any more. With the read under way it is twice as much. */
const HELD_BYTES = 64 * 1024

/** What a body asks of whoever receives it. */
export interface AnswerSource {
  /** More may come. */
  flow(): void
  /** Nothing more can be taken for now. */
  halt(): void
  /** Nobody wants the rest. */
  cancel(): void
}

/** The body of one answer. */
export class AnswerBody implements Body, BodyFlow {
  readonly lengthBytes: number | null
  readonly #source: AnswerSource
  #sink: BodySink | null = null
  #held: Uint8Array[] | null = null
  #heldBytes = 0
  #paused = false
  /** How it ended at the peer; told to the reader once it has taken what is held. */
  #end: 'whole' | 'broken' | null = null
  #fault: unknown = null
  #over = false

  constructor(lengthBytes: number | null, source: AnswerSource) {
    this.lengthBytes = lengthBytes
    this.#source = source
  }

  /** Whether its reader has asked to wait. A reader that has not come yet has not. */
  get paused(): boolean {
    return this.#paused
  }

  open(sink: BodySink): BodyFlow {
    this.#sink = sink
    this.#handOn(sink)
    return this
  }

  pause(): void {
    if (this.#paused || this.#over) return
    this.#paused = true
    if (this.#end === null) this.#source.halt()
  }

  resume(): void {
    if (!this.#paused || this.#over) return
    this.#paused = false
    if (this.#sink !== null) this.#handOn(this.#sink)
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#held = null
    if (this.#end === null) this.#source.cancel()
  }

  /** Bytes came. */
  write(bytes: Uint8Array): void {
    if (this.#over) return
    if (this.#sink === null || this.#paused) this.#hold(bytes)
    else if (!this.#sink.write(bytes)) this.pause()
  }

  /** All has come. */
  end(): void {
    this.#end = 'whole'
    if (!this.#over && this.#sink !== null && this.#held === null) this.#tellEnd(this.#sink)
  }

  /** The rest will never come. A reader that is there hears it at once, whatever is held for it. */
  fail(fault: unknown): void {
    if (this.#over) return
    this.#end = 'broken'
    this.#fault = fault
    if (this.#sink !== null) this.#tellEnd(this.#sink)
  }

  #hold(bytes: Uint8Array): void {
    this.#held ??= []
    this.#held.push(bytes)
    this.#heldBytes += bytes.byteLength
    if (this.#heldBytes >= HELD_BYTES && this.#sink === null) this.#source.halt()
  }

  #handOn(sink: BodySink): void {
    const held = this.#held
    this.#held = null
    this.#heldBytes = 0
    for (let i = 0; held !== null && i < held.length; i += 1) {
      if (this.#over) return
      if (this.#paused) this.#hold(held[i]!)
      else if (!sink.write(held[i]!)) this.#paused = true
    }
    if (this.#over) return
    if (this.#end === null && !this.#paused) this.#source.flow()
    else if (this.#end === null) this.#source.halt()
    else if (this.#held === null) this.#tellEnd(sink)
  }

  #tellEnd(sink: BodySink): void {
    this.#over = true
    this.#held = null
    if (this.#end === 'whole') sink.end()
    else sink.fail(this.#fault)
  }
}
