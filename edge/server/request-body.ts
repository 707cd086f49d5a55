// The body of a request on its way from a connection to whoever opens it. The connection feeds it bytes as they come; it takes the
// framing off and hands on what is left.
//
// Invariant: after open() its sink hears writes and then exactly one of end() or fail(), whatever becomes of the connection.

import { EdgeError } from '../base/edge-error.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import { type BodyDecoder, bodyDecoder } from '../wire/body-decoder.ts'
import type { Framing } from '../wire/message.ts'
import type { WireFault } from '../wire/wire-fault.ts'
import { BodyPace, type PaceTerms } from './body-pace.ts'

/** How a body is framed, where there is one. */
export type BodyFraming = Exclude<Framing, { kind: 'none' }>

/** What a body needs of its connection. */
export interface BodySource {
  /** The body can take more: bytes held back may come, and the client may be told to go on. */
  flow(): void
  /** The body cannot take more for now. */
  halt(): void
  /** The body broke a rule of the wire: nothing behind it can be trusted. */
  broken(fault: WireFault): void
}

/** The body of one request. */
export class RequestBody implements Body, BodyFlow {
  readonly lengthBytes: number | null
  readonly #decoder: BodyDecoder
  readonly #source: BodySource
  #sink: BodySink | null = null
  #state: 'closed' | 'open' | 'halted' | 'over' = 'closed'
  #pace: BodyPace | null = null
  /** Bytes that came since its pace was last looked at. */
  #cameBytes = 0

  constructor(framing: BodyFraming, source: BodySource) {
    this.lengthBytes = framing.kind === 'length' ? framing.bytes : null
    this.#decoder = bodyDecoder(framing)
    this.#source = source
  }

  /** Whether its last byte is here: what follows on the connection is the next request. */
  get whole(): boolean {
    return this.#decoder.done
  }

  /** Whether it takes bytes now. */
  get flowing(): boolean {
    return this.#state === 'open'
  }

  open(sink: BodySink): BodyFlow {
    this.#sink = sink
    if (this.#state === 'over') sink.fail(new EdgeError('CLIENT_GONE'))
    else {
      this.#state = 'open'
      this.#source.flow()
    }
    return this
  }

  pause(): void {
    if (this.#state !== 'open') return
    this.#state = 'halted'
    this.#source.halt()
  }

  resume(): void {
    if (this.#state !== 'halted') return
    this.#state = 'open'
    this.#source.flow()
  }

  cancel(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#source.halt()
  }

  /** Takes what belongs to it. @returns the offset behind that */
  take(chunk: Buffer, at: number): number {
    const taken = this.#decoder.read(chunk, at, this.#hand)
    if (typeof taken !== 'number') {
      this.#source.broken(taken)
      this.fail(new EdgeError(taken.code, { rule: taken.rule }))
      return chunk.byteLength
    }
    if (this.#decoder.done && this.#state !== 'over') {
      this.#state = 'over'
      this.#sink?.end()
    }
    return taken
  }

  /** Throws away what is here of a body that nobody has opened; who has may be in the middle of a chunk. @returns the offset behind that */
  drop(chunk: Buffer, at: number): number {
    if (this.#state !== 'closed') return at
    this.#state = 'over'
    const taken = this.#decoder.read(chunk, at, () => {})
    return typeof taken === 'number' ? taken : chunk.byteLength
  }

  /** It will not come any more. */
  fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink?.fail(fault)
  }

  /** Its exchange is over: the connection is another's now, and hears nothing more from here. */
  leave(): void {
    // A body that is whole hears its end in this very tick.
    if (this.#state === 'over' || this.#decoder.done) return
    this.fail(new EdgeError('CLIENT_GONE'))
  }

  /** Why it is too slow, or null. Only a client that is waited for can be. Asked a few times a second. @param nowMs monotonic */
  lateness(nowMs: number, terms: PaceTerms): EdgeError | null {
    this.#pace ??= new BodyPace(nowMs)
    if (this.#cameBytes > 0) this.#pace.came(this.#cameBytes, nowMs)
    this.#cameBytes = 0
    if (this.#state === 'open') return this.#pace.lateness(nowMs, terms)
    this.#pace.rest(nowMs)
    return null
  }

  readonly #hand = (payload: Buffer): void => {
    this.#cameBytes += payload.byteLength
    if (this.#state === 'over') return
    // Behind the last piece there is nothing to hold back, and the connection is read on: a client that goes away is heard of.
    if (!this.#sink!.write(payload) && !this.#decoder.done) this.pause()
  }
}
