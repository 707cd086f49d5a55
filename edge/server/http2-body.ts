// The body of a request on an HTTP/2 stream.
//
// Invariant: after open() its sink hears writes and then exactly one of end() or fail(), whatever becomes of the stream; end() only when
// the client has said that this was all. A stream that is reset ends in node as one that is whole does: the difference is told here.

import type { ServerHttp2Stream } from 'node:http2'
import { EdgeError } from '../base/edge-error.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import { BodyPace, type PaceTerms } from './body-pace.ts'

/** The body of one request. */
export class Http2Body implements Body, BodyFlow {
  readonly lengthBytes: number | null
  readonly #stream: ServerHttp2Stream
  readonly #clock: { readonly nowMs: number }
  readonly #expects: 'continue' | 'nothing'
  readonly #pace: BodyPace
  #sink: BodySink | null = null
  #state: 'closed' | 'open' | 'halted' | 'over' = 'closed'
  #whole = false

  /** @param clock its time is monotonic, as of the last sweep */
  constructor(stream: ServerHttp2Stream, lengthBytes: number | null, expects: 'continue' | 'nothing', clock: { readonly nowMs: number }) {
    this.#stream = stream
    this.lengthBytes = lengthBytes
    this.#expects = expects
    this.#clock = clock
    this.#pace = new BodyPace(clock.nowMs)
  }

  /** Whether all of it came from the client, and was read. */
  get whole(): boolean {
    return this.#whole
  }

  open(sink: BodySink): BodyFlow {
    if (this.#state === 'over') {
      sink.fail(new EdgeError('CLIENT_GONE'))
      return this
    }
    this.#sink = sink
    this.#state = 'open'
    const stream = this.#stream
    if (this.#expects === 'continue' && !stream.headersSent && !stream.closed && !stream.destroyed)
      stream.additionalHeaders({ ':status': 100 })
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#ended())
    return this
  }

  pause(): void {
    if (this.#state !== 'open') return
    this.#state = 'halted'
    this.#stream.pause()
  }

  resume(): void {
    if (this.#state !== 'halted') return
    this.#state = 'open'
    this.#stream.resume()
  }

  cancel(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#stream.pause()
  }

  /** It will not come any more. */
  fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink?.fail(fault)
  }

  /** Fails when its client is too slow. Only a client that is waited for can be. */
  sweep(nowMs: number, terms: PaceTerms): void {
    if (this.#state === 'over') return
    if (this.#state !== 'open') return this.#pace.rest(nowMs)
    const late = this.#pace.lateness(nowMs, terms)
    if (late !== null) this.fail(late)
  }

  #take(chunk: Buffer): void {
    this.#pace.came(chunk.byteLength, this.#clock.nowMs)
    if (this.#state === 'over') return
    if (!this.#sink!.write(chunk)) this.pause()
  }

  #ended(): void {
    const { aborted, rstCode } = this.#stream
    const short = this.lengthBytes !== null && this.#pace.bytes !== this.lengthBytes
    if (aborted || rstCode !== 0 || short) return this.fail(new EdgeError('CLIENT_GONE'))
    this.#whole = true
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink!.end()
  }
}
