// One exchange with a peer, as undici tells it: head, chunks, end or error, each turned into our seams and our deadlines.
// States: waiting (for the head) → flowing (the body) → over.

import { Readable } from 'node:stream'
import type { Dispatcher, Pool } from 'undici'
import type { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Timers } from '../base/ports.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { faultOf } from './upstream-faults.ts'

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

/** One exchange with a peer. */
export class UpstreamExchange implements Dispatcher.DispatchHandler {
  readonly #task: UpstreamTask
  readonly #head: HeadPromise
  readonly #free: () => void
  #state: 'waiting' | 'flowing' | 'over' = 'waiting'
  #controller: Dispatcher.DispatchController | null = null
  #sink: BodySink | null = null
  #early: Uint8Array[] = []
  #ended = false
  #stopTimer: Cancel
  readonly #stopTotal: Cancel
  #stopListening: Cancel = () => {}

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
    try {
      pool.dispatch(
        {
          method: method as Dispatcher.HttpMethod,
          path: target,
          headers: withLength(fields, body),
          body: body === null ? null : readableOf(body, () => this.#watchAnswer()),
        },
        this,
      )
    } catch (cause) {
      this.#fail(new EdgeError('UPSTREAM_INVALID', { peer: this.#task.hop.address }, cause))
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#state === 'over') return controller.abort(new Error('no longer wanted'))
    this.#controller = controller
    // The request has a connection now, so from here on only the peer is waited for.
    this.#watchAnswer()
  }

  onRequestUpgrade(): void {
    this.#fail(new EdgeError('UPSTREAM_INVALID', { peer: this.#task.hop.address, reason: 'an upgrade that nobody asked for' }))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // 1xx answers are interim (RFC 9110 §15.2): the final one is still to come.
    if (status < 200 || this.#state !== 'waiting') return
    this.#state = 'flowing'
    this.#stopTotal()
    this.#watchSilence()
    const fields = Fields.fromRaw(rawTexts(controller.rawHeaders))
    this.#head.resolve({ status, fields, body: this.#body(fields) })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#state !== 'flowing') return
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
    this.#fail(faultOf(cause, this.#task.hop.address, this.#state === 'flowing'))
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

  #finish(): void {
    this.#state = 'over'
    this.#stopTimer()
    this.#stopTotal()
    this.#stopListening()
    this.#free()
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

function readableOf(body: Body, passed: () => void): Readable {
  let flow: BodyFlow | null = null
  const readable = new Readable({
    read() {
      if (flow) return flow.resume()
      flow = body.open({
        write: (chunk) => {
          passed()
          return readable.push(chunk)
        },
        end: () => void readable.push(null),
        fail: (fault) => void readable.destroy(fault instanceof Error ? fault : new Error(String(fault))),
      })
    },
    destroy(cause, done) {
      flow?.cancel()
      done(cause)
    },
  })
  return readable
}
