// One exchange with a peer, as undici tells it: head, chunks, end or error, each turned into our seams and our deadlines.
// States: waiting (for the head) → flowing (the body) → over.
//
// Only who is waited for has the clock: the peer while it owes a head or a chunk, nobody while our own client is slow to send or take.

import type { Dispatcher, Pool } from 'undici'
import type { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Timers } from '../base/ports.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { readableOf } from './request-stream.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { brokeUnused, faultOf } from './upstream-faults.ts'

/** What an exchange needs to know. */
export interface UpstreamTask {
  readonly request: UpstreamRequest
  readonly hop: Hop
  readonly wanted: Abort
  readonly timers: Timers
}

/** Where the head of the answer goes. */
export interface HeadPromise {
  resolve(answer: UpstreamAnswer): void
  reject(fault: EdgeError): void
}

/** Methods that may run twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** One exchange with a peer. */
export class UpstreamExchange implements Dispatcher.DispatchHandler {
  readonly #task: UpstreamTask
  readonly #head: HeadPromise
  readonly #free: () => void
  #state: 'waiting' | 'flowing' | 'over' = 'waiting'
  /** Where the request is: with us, with undici but without a connection, or on a connection. */
  #place: 'here' | 'queued' | 'sent' = 'here'
  #pool: Pool | null = null
  #sends = 0
  #controller: Dispatcher.DispatchController | null = null
  #sink: BodySink | null = null
  #early: Uint8Array[] = []
  #ended = false
  /** The peer would take more of the request, and the client has not sent it yet. */
  #starved = false
  #stopTimer: Cancel
  readonly #stopTotal: Cancel
  #stopListening: Cancel = () => {}

  /** @param free called once, when undici has nothing of this exchange any more */
  constructor(task: UpstreamTask, head: HeadPromise, free: () => void) {
    this.#task = task
    this.#head = head
    this.#free = free
    const { connectTimeoutMs, firstByteTimeoutMs, untilHeadMs } = task.hop
    // Until undici has a connection for it, the request may wait in a queue or for a handshake.
    this.#stopTimer = task.timers.after(connectTimeoutMs + firstByteTimeoutMs, () => this.#late(connectTimeoutMs + firstByteTimeoutMs))
    this.#stopTotal = task.timers.after(untilHeadMs, () => this.#late(untilHeadMs))
    this.#stopListening = task.wanted.on(() => this.#fail(new EdgeError('CLIENT_GONE')))
  }

  /** Hands the request to undici. */
  dispatch(pool: Pool): void {
    if (this.#state === 'over') return
    const { method, target, fields, body } = this.#task.request
    this.#pool = pool
    this.#place = 'queued'
    this.#sends += 1
    try {
      pool.dispatch(
        {
          method: method as Dispatcher.HttpMethod,
          path: target,
          headers: withLength(fields, body),
          body: body === null ? null : readableOf(body, { starved: () => this.#restOnUpload(), fed: () => this.#goOn() }),
        },
        this,
      )
    } catch (cause) {
      this.#place = 'sent'
      this.#fail(new EdgeError('UPSTREAM_INVALID', { peer: this.#task.hop.address }, cause))
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#place = 'sent'
    if (this.#state === 'over') {
      this.#free()
      return controller.abort(new Error('no longer wanted'))
    }
    this.#controller = controller
    // The request has a connection now, so from here on only the peer is waited for.
    if (!this.#starved) this.#watchAnswer()
  }

  onRequestUpgrade(): void {
    this.#fail(new EdgeError('UPSTREAM_INVALID', { peer: this.#task.hop.address, reason: 'an upgrade that nobody asked for' }))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // 1xx answers are interim (RFC 9110 §15.2): the final one is still to come.
    if (status < 200 || this.#state !== 'waiting') return
    this.#state = 'flowing'
    // These end with their head, whatever their Content-Length says (RFC 9112 §6.3); undici takes the length of a 304 at its word.
    this.#ended = status === 204 || status === 304 || this.#task.request.method === 'HEAD'
    this.#stopTotal()
    this.#watchSilence()
    const fields = Fields.fromRaw(rawTexts(controller.rawHeaders))
    this.#head.resolve({ status, fields, body: this.#body(fields) })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // undici tells of an empty chunk with each resume; passed on, it would only be an occasion to say "enough" again.
    if (this.#state !== 'flowing' || chunk.byteLength === 0) return
    this.#watchSilence()
    if (this.#sink === null) {
      this.#early.push(chunk)
      return controller.pause()
    }
    if (!this.#sink.write(chunk)) this.#pause()
  }

  onResponseEnd(): void {
    if (this.#state !== 'flowing') return
    this.#ended = true
    if (this.#sink === null) return
    this.#finish()
    this.#sink.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    const was = this.#place
    this.#place = 'sent'
    if (this.#state === 'over' && was === 'queued') return this.#free()
    if (this.#ended) return
    if (this.#mayGoAgain(cause)) return queueMicrotask(() => this.dispatch(this.#pool!))
    this.#fail(faultOf(cause, this.#task.hop.address, this.#state === 'flowing' ? 'flowing' : was))
  }

  // A kept connection may be closed by the peer in the moment we write on it. Nobody is to blame, so the same peer is asked once
  // more (RFC 9110 §9.2.2 allows it for what may run twice; design: only on a connection that had been used before).
  #mayGoAgain(cause: Error): boolean {
    const { method, body } = this.#task.request
    return this.#state === 'waiting' && this.#sends === 1 && body === null && IDEMPOTENT.has(method) && brokeUnused(cause)
  }

  #body(fields: Fields): Body {
    const length = fields.get('content-length')
    return {
      lengthBytes: length !== undefined && /^[0-9]{1,15}$/.test(length) ? Number(length) : null,
      open: (sink) => this.#open(sink),
    }
  }

  #open(sink: BodySink): BodyFlow {
    this.#sink = sink
    const flow: BodyFlow = {
      pause: () => this.#pause(),
      resume: () => this.#resume(),
      cancel: () => this.#cancel(),
    }
    if (this.#state === 'over') {
      sink.fail(new EdgeError('UPSTREAM_CUT', { peer: this.#task.hop.address }))
      return flow
    }
    const early = this.#early
    this.#early = []
    let wantsMore = true
    for (const chunk of early) wantsMore = sink.write(chunk)
    if (this.#ended) {
      this.#finish()
      sink.end()
      return flow
    }
    if (wantsMore) this.#controller?.resume()
    else this.#pause()
    return flow
  }

  // While our own reader is slow, the peer's silence is not its fault: its timer rests.
  #pause(): void {
    if (this.#state !== 'flowing') return
    this.#controller?.pause()
    this.#stopTimer()
  }

  #resume(): void {
    if (this.#state !== 'flowing') return
    this.#watchSilence()
    this.#controller?.resume()
  }

  #cancel(): void {
    if (this.#state === 'over') return
    this.#finish()
    this.#controller?.abort(new Error('no longer wanted'))
  }

  // Counted anew with each chunk of the request: a long upload is not a slow answer.
  #watchAnswer(): void {
    if (this.#state !== 'waiting') return
    const { firstByteTimeoutMs } = this.#task.hop
    this.#restartTimer(firstByteTimeoutMs, () => this.#late(firstByteTimeoutMs))
  }

  // The client has the next move, under a deadline of its own, and a body under way cannot be tried elsewhere: counted as the peer's
  // delay, slow uploads would let anybody have a healthy peer ejected.
  #restOnUpload(): void {
    this.#starved = true
    if (this.#state !== 'waiting') return
    this.#stopTimer()
    this.#stopTotal()
  }

  #goOn(): void {
    this.#starved = false
    this.#watchAnswer()
  }

  #late(afterMs: number): void {
    this.#fail(new EdgeError('UPSTREAM_TIMEOUT', { peer: this.#task.hop.address, afterMs }))
  }

  #watchSilence(): void {
    const { idleTimeoutMs, address } = this.#task.hop
    this.#restartTimer(idleTimeoutMs, () => this.#fail(new EdgeError('UPSTREAM_CUT', { peer: address, silentMs: idleTimeoutMs })))
  }

  #restartTimer(delayMs: number, run: () => void): void {
    this.#stopTimer()
    this.#stopTimer = this.#task.timers.after(delayMs, run)
  }

  #fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    const was = this.#state
    this.#finish()
    if (was === 'waiting') this.#head.reject(fault)
    else this.#sink?.fail(fault)
    this.#controller?.abort(fault)
  }

  // What waits in undici's queue cannot be taken out of it, so its place is not free before undici comes to it.
  #finish(): void {
    this.#state = 'over'
    this.#stopTimer()
    this.#stopTotal()
    this.#stopListening()
    if (this.#place !== 'queued') this.#free()
  }
}

function rawTexts(raw: unknown): string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((part) => (typeof part === 'string' ? part : (part as Buffer).toString('latin1')))
}

function withLength(fields: Fields, body: Body | null): string[] {
  const raw = fields.toRaw()
  if (body !== null && body.lengthBytes !== null) raw.push('content-length', String(body.lengthBytes))
  return raw
}
