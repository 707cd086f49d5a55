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
  readonly #pace: BodyPace
  #nowMs: number

  constructor(framing: BodyFraming, source: BodySource, nowMs: number) {
    this.lengthBytes = framing.kind === 'length' ? framing.bytes : null
    this.#decoder = bodyDecoder(framing)
    this.#source = source
    this.#pace = new BodyPace(nowMs)
    this.#nowMs = nowMs
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
  take(chunk: Buffer, at: number, nowMs: number): number {
    this.#nowMs = nowMs
    const taken = this.#decoder.read(chunk, at, this.#hand)
    if (typeof taken !== 'number') {
      this.fail(new EdgeError(taken.code, { rule: taken.rule }))
      this.#source.broken(taken)
      return chunk.byteLength
    }
    if (this.#decoder.done && this.#state !== 'over') {
      this.#state = 'over'
      this.#sink?.end()
    }
    return taken
  }

  /** Throws away what is here of a body that nobody will read. @returns the offset behind that */
  skip(chunk: Buffer, at: number): number {
    const taken = this.#decoder.read(chunk, at, () => {})
    return typeof taken === 'number' ? taken : chunk.byteLength
  }

  /** It will not come any more. */
  fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink?.fail(fault)
  }

  /** Why it is too slow, or null. Only a client that is waited for can be. */
  lateness(nowMs: number, terms: PaceTerms): EdgeError | null {
    if (this.#state === 'open') return this.#pace.lateness(nowMs, terms)
    this.#pace.rest(nowMs)
    return null
  }

  readonly #hand = (payload: Buffer): void => {
    this.#pace.came(payload.byteLength, this.#nowMs)
    if (this.#state === 'over') return
    if (!this.#sink!.write(payload)) this.pause()
  }
}
