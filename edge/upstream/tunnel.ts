// A tunnel: bytes both ways until one side ends. To http-proxy it is the socket of the client; the socket itself is only taken when
// the origin has agreed, so before that nothing can reach the origin and nothing has been written to the client.
//
// Invariants: a tunnel ends once, and then both connections are destroyed. Each way holds a buffer of the stream and one chunk, then
// its sender is not read any more. Silence both ways for idleTimeoutMs ends it; from the end of one side on, for HALF_CLOSED_MS.

import { Duplex } from 'node:stream'
import type { Cancel, Clock, Counter, Timers } from '../base/ports.ts'

/** How long the side that is left may be silent when the other has ended: enough for a last word, too little to be a tunnel. */
const HALF_CLOSED_MS = 5_000
/** What the stream holds each way. */
const BUFFER_BYTES = 16 * 1024

/** The connection of a client, taken out of the hands of the server. */
export interface TunnelClient {
  readonly socket: Duplex
  /** What came behind the request. */
  readonly early: Uint8Array
}

/** Who ended a tunnel, and how. */
export type TunnelReason = 'client-ended' | 'origin-ended' | 'client-reset' | 'origin-reset' | 'idle' | 'closed-here'

/** How a tunnel ended. */
export interface TunnelEnd {
  readonly reason: TunnelReason
  readonly bytesToClient: number
  readonly bytesToOrigin: number
}

/** What a tunnel needs to know. */
export interface TunnelTerms {
  readonly clock: Clock
  readonly timers: Timers
  readonly idleTimeoutMs: number
  readonly toClient: Counter
  readonly toOrigin: Counter
}

/** The client's side of a tunnel, and its end. */
export class Tunnel extends Duplex {
  readonly #terms: TunnelTerms
  readonly #ended = Promise.withResolvers<TunnelEnd>()
  #client: Duplex | null = null
  #origin: Duplex | null = null
  #reason: TunnelReason | null = null
  #over = false
  #bytesToClient = 0
  #bytesToOrigin = 0
  #silenceMs: number
  #movedAtMs = 0
  #stopTimer: Cancel = () => {}

  constructor(terms: TunnelTerms) {
    // The bytes of fields are latin1, and http-proxy writes the head of the 101 as text.
    super({ highWaterMark: BUFFER_BYTES, autoDestroy: false, defaultEncoding: 'latin1' })
    this.#terms = terms
    this.#silenceMs = terms.idleTimeoutMs
    this.on('error', () => this.#finish('closed-here'))
  }

  /** How it ended. */
  get ended(): Promise<TunnelEnd> {
    return this.#ended.promise
  }

  /** Opens it between the two. What goes to and from the origin is http-proxy's to pump; its end is looked at here. */
  join({ socket, early }: TunnelClient, origin: Duplex): void {
    this.#client = socket
    this.#origin = origin
    this.#movedAtMs = this.#terms.clock.monotonicMs()
    this.#watch()
    origin.on('end', () => this.#halfClosed('origin-ended'))
    origin.on('error', () => this.#finish('origin-reset'))
    origin.on('close', () => this.#originClosed())
    socket.on('error', () => this.#finish('client-reset'))
    socket.on('close', () => this.#clientClosed())
    socket.on('data', (chunk: Buffer) => this.#fromClient(chunk))
    socket.on('end', () => this.#clientEnded())
    if (early.byteLength > 0) this.#fromClient(early)
    if (socket.destroyed) this.#finish('client-reset')
    else if (socket.readableEnded) this.#clientEnded()
    else socket.resume()
  }

  /** Ends it from here. */
  closeHere(): void {
    this.#finish('closed-here')
  }

  // What http-proxy calls on a socket: the server has set up the real one.

  ['setTimeout'](): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  override _read(): void {
    this.#client?.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#moved()
    this.#bytesToClient += chunk.byteLength
    this.#terms.toClient.add(chunk.byteLength)
    // A client that is gone is heard of by its own events.
    this.#client?.write(chunk, () => {
      this.#moved()
      done()
    })
  }

  override _final(done: () => void): void {
    this.#client?.end(() => done())
  }

  #fromClient(chunk: Uint8Array): void {
    this.#moved()
    this.#bytesToOrigin += chunk.byteLength
    this.#terms.toOrigin.add(chunk.byteLength)
    if (!this.push(chunk)) this.#client?.pause()
  }

  #clientEnded(): void {
    this.#halfClosed('client-ended')
    this.push(null)
  }

  // What the client has said last still goes to the origin.
  #clientClosed(): void {
    if (this.#client?.readableEnded !== true || this.#origin?.writableFinished !== false) return this.#finish('client-reset')
    this.#origin.once('finish', () => this.#finish('client-ended'))
  }

  // What the origin has said last still goes to the client, and the client closes when it has read it: a reset in answer to its own
  // last word could cost it the origin's (RFC 9112 §9.6).
  #originClosed(): void {
    if (this.#origin?.readableEnded !== true || this.#client?.destroyed === true) this.#finish('origin-reset')
  }

  #halfClosed(reason: TunnelReason): void {
    this.#reason ??= reason
    this.#silenceMs = Math.min(this.#silenceMs, HALF_CLOSED_MS)
    this.#moved()
    this.#stopTimer()
    if (!this.#over) this.#watch()
  }

  #moved(): void {
    this.#movedAtMs = this.#terms.clock.monotonicMs()
  }

  #watch(): void {
    const silentMs = this.#terms.clock.monotonicMs() - this.#movedAtMs
    if (silentMs >= this.#silenceMs) return this.#finish('idle')
    this.#stopTimer = this.#terms.timers.after(this.#silenceMs - silentMs, () => this.#watch())
  }

  #finish(reason: TunnelReason): void {
    if (this.#over) return
    this.#over = true
    this.#stopTimer()
    this.#client?.destroy()
    this.#origin?.destroy()
    this.destroy()
    this.#ended.resolve({ reason: this.#reason ?? reason, bytesToClient: this.#bytesToClient, bytesToOrigin: this.#bytesToOrigin })
  }
}
