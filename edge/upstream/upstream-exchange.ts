// One exchange with a peer. States: waiting (for a connection) → connecting → sent → flowing (the body) → over.
//
// Invariants: it ends once, in exactly one of: the promise rejected, the body ended, the body failed, the body cancelled; whichever it
// is, its connection is given back or dropped, its place in the queue is free, and nobody listens for its client any more.
// Only who is waited for has the clock: the peer while it owes a head or a chunk, nobody while our own client is slow to send or take.
// size: what the connection, the upload and the reader say meets in one state, and is read best beside it.

import type { Abort } from '../base/abort.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Cancel, Clock } from '../base/ports.ts'
import { Fields } from '../http/fields.ts'
import { isIdempotentMethod } from '../http/status.ts'
import type { ResponseHead } from '../wire/message.ts'
import { WireFault } from '../wire/wire-fault.ts'
import { AnswerBody, type AnswerSource } from './answer-body.ts'
import { RequestUpload, type UploadWatcher } from './request-upload.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import type { Occupant, UpstreamConnection } from './upstream-connection.ts'
import { type Break, faultOf } from './upstream-faults.ts'

/** What an exchange needs to know. */
export interface UpstreamTask {
  readonly request: UpstreamRequest
  /** The head of the request as it is written. */
  readonly headText: string
  readonly hop: Hop
  /** The name to ask the peer for; empty without TLS. */
  readonly name: string
  readonly wanted: Abort
  readonly clock: Clock
}

/** The queue in front of a peer, as an exchange sees it. */
export interface PeerQueue {
  /** Sends it once more, on a connection that was never used. */
  again(exchange: UpstreamExchange): void
  /** Takes it out of the queue. */
  leave(exchange: UpstreamExchange): void
}

/** Where the head of the answer goes. */
export interface HeadPromise {
  resolve(answer: UpstreamAnswer): void
  reject(fault: EdgeError): void
}

/** From here on an answer that comes before the request is whole says that the rest of it is not wanted. */
const FIRST_UNWILLING_STATUS = 300

/** One exchange with a peer. */
export class UpstreamExchange implements Occupant, AnswerSource, UploadWatcher {
  readonly task: UpstreamTask
  readonly #queue: PeerQueue
  readonly #promise: HeadPromise
  readonly #beganMs: number
  readonly #stopListening: Cancel
  #state: 'waiting' | 'connecting' | 'sent' | 'flowing' | 'over' = 'waiting'
  #connection: UpstreamConnection | null = null
  #upload: RequestUpload | null = null
  #body: AnswerBody | null = null
  #tries = 0
  /** When the step it is in is late, and when the head is late whatever the step; monotonic. */
  #stepDueMs: number
  #headDueMs: number

  constructor(task: UpstreamTask, queue: PeerQueue, promise: HeadPromise) {
    this.task = task
    this.#queue = queue
    this.#promise = promise
    const { connectTimeoutMs, firstByteTimeoutMs, untilHeadMs } = task.hop
    this.#beganMs = task.clock.monotonicMs()
    // Who is served before has to be answered within that time.
    this.#stepDueMs = this.#beganMs + connectTimeoutMs + firstByteTimeoutMs
    this.#headDueMs = this.#beganMs + untilHeadMs
    this.#stopListening = task.wanted.on(() => this.fail(new EdgeError('CLIENT_GONE')))
  }

  /** Whether the request was written whole. */
  get sent(): boolean {
    return this.#upload === null || this.#upload.whole
  }

  /** A connection is being opened for it. */
  connecting(connection: UpstreamConnection): void {
    this.#state = 'connecting'
    this.#connection = connection
    this.#stepDueMs = this.task.clock.monotonicMs() + this.task.hop.connectTimeoutMs
  }

  /** Sends the request on a connection that stands. */
  goOn(connection: UpstreamConnection): void {
    const { request, headText, hop, clock } = this.task
    const { body } = request
    this.#state = 'sent'
    this.#connection = connection
    this.#tries += 1
    this.#stepDueMs = clock.monotonicMs() + hop.firstByteTimeoutMs
    connection.begin(this, request.method)
    if (body === null) return connection.writeHead(headText, null)
    const upload = new RequestUpload(connection, this, body.lengthBytes)
    this.#upload = upload
    connection.writeHead(headText, () => upload.start(body))
    this.#watch()
  }

  /** Ends it with a fault, wherever it is. */
  fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    const connection = this.#connection
    if (this.#state === 'waiting') this.#queue.leave(this)
    this.#finish()
    connection?.drop(fault.code === 'UPSTREAM_CONNECT_TIMEOUT' ? 'late' : 'dropped')
    if (this.#body === null) this.#promise.reject(fault)
    else this.#body.fail(fault)
  }

  sweep(nowMs: number): void {
    if (nowMs < this.#stepDueMs && nowMs < this.#headDueMs) return
    const { hop } = this.task
    const peer = hop.address
    const afterMs = Math.round(nowMs - this.#beganMs)
    if (this.#state === 'waiting') this.fail(new EdgeError('UPSTREAM_BUSY', { peer, waitedMs: afterMs }))
    else if (this.#state === 'connecting') this.fail(new EdgeError('UPSTREAM_CONNECT_TIMEOUT', { peer, afterMs }))
    else if (this.#state === 'sent') this.fail(new EdgeError('UPSTREAM_TIMEOUT', { peer, afterMs }))
    else this.fail(new EdgeError('UPSTREAM_CUT', { peer, silentMs: hop.idleTimeoutMs }))
  }

  // Occupant: what the connection says.

  connected(): void {
    this.goOn(this.#connection!)
  }

  interim(head: ResponseHead): void {
    if (head.status === 103) this.task.request.onInterim?.(103, Fields.adopt(head.raw))
  }

  head(head: ResponseHead): void {
    const { framing, status } = head
    const lengthBytes = framing.kind === 'length' ? framing.bytes : framing.kind === 'none' ? 0 : null
    this.#body = new AnswerBody(lengthBytes, this)
    this.#state = 'flowing'
    this.#headDueMs = Number.POSITIVE_INFINITY
    // RFC 9112 §9.5: who answers before it has read all, and not with a success, does not want the rest. A success may be made of the
    // request while it comes, so that goes on.
    if (status >= FIRST_UNWILLING_STATUS) this.#upload?.cancel()
    this.#watch()
    this.#promise.resolve({ status, fields: Fields.adopt(head.raw), body: this.#body })
  }

  payload(bytes: Buffer): void {
    this.#body!.write(bytes)
    if (this.#state === 'flowing') this.#watch()
  }

  whole(): void {
    this.#finish()
    this.#body!.end()
  }

  broken(cause: Break, heard: boolean): void {
    const state = this.#state
    if (state === 'over' || state === 'waiting') return
    if (state === 'sent' && !heard && !(cause instanceof WireFault) && this.#mayGoAgain()) return this.#queue.again(this)
    this.fail(faultOf(cause, this.task.hop.address, state))
  }

  drained(): void {
    this.#upload?.drained()
  }

  // UploadWatcher: what the upload says.

  uploadMoved(): void {
    this.#watch()
  }

  uploadFailed(fault: unknown): void {
    this.fail(asEdgeError(fault))
  }

  // AnswerSource: what the reader of the body says.

  flow(): void {
    this.#watch()
    this.#connection?.flow()
  }

  halt(): void {
    this.#connection?.halt()
    this.#watch()
  }

  cancel(): void {
    const connection = this.#connection
    this.#finish()
    connection?.drop()
  }

  // A peer may close a kept connection in the moment we write on it. Nobody is to blame, so the same peer is asked once more, if what
  // was sent may run twice (RFC 9110 §9.2.2) or cannot have reached it. A connection that is new has no such excuse.
  #mayGoAgain(): boolean {
    const connection = this.#connection!
    if (this.#tries > 1 || connection.requests < 2 || this.#upload !== null) return false
    return isIdempotentMethod(this.task.request.method) || connection.refused
  }

  #watch(): void {
    const { hop, clock } = this.task
    // The client has the next move, under a deadline of its own, and a body under way cannot be tried elsewhere: counted as the peer's
    // delay, slow uploads would let anybody have a healthy peer ejected.
    if (this.#upload?.waitsForClient === true) {
      this.#stepDueMs = Number.POSITIVE_INFINITY
      this.#headDueMs = Number.POSITIVE_INFINITY
      return
    }
    if (this.#state === 'sent') this.#stepDueMs = clock.monotonicMs() + hop.firstByteTimeoutMs
    // While our own reader is slow, the peer's silence is not its fault.
    else if (this.#body?.paused === true) this.#stepDueMs = Number.POSITIVE_INFINITY
    else this.#stepDueMs = clock.monotonicMs() + hop.idleTimeoutMs
  }

  #finish(): void {
    this.#state = 'over'
    this.#connection = null
    this.#stopListening()
    this.#upload?.cancel()
  }
}
