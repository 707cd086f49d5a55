// One exchange over node:http, in the words of the line: the request as an Incoming, the response as a Reply.
//
// Invariant: `wanted` fires when the response closes before it was whole, and only then. A request body whose client falls silent,
// or goes away, fails with REQUEST_TIMEOUT or CLIENT_GONE, so nobody waits for it for ever.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Timers } from '../base/ports.ts'
import { type Body, type BodyFlow, type BodySink, discard } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import type { Answer, Incoming, Reply, Sent } from '../pipeline/exchange.ts'

/** The request as the line reads it. */
export function incomingOf(request: IncomingMessage, timers: Timers, bodyTimeoutMs: number): Incoming {
  const fields = Fields.fromRaw(request.rawHeaders)
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    httpVersion: request.httpVersion === '1.0' ? '1.0' : '1.1',
    scheme: 'http',
    fields,
    body: hasBody(fields) ? requestBody(request, fields, timers, bodyTimeoutMs) : null,
    peerAddress: request.socket.remoteAddress ?? '',
    certificate: null,
    upgrade: null,
  }
}

// A body is announced by its framing alone, whatever the method (RFC 9112 §6).
function hasBody(fields: Fields): boolean {
  if (fields.has('transfer-encoding')) return true
  const length = fields.get('content-length')
  return length !== undefined && length !== '0'
}

function requestBody(request: IncomingMessage, fields: Fields, timers: Timers, bodyTimeoutMs: number): Body {
  return {
    lengthBytes: fields.has('transfer-encoding') ? null : Number(fields.get('content-length')),
    open: (sink) => flowOf(request, sink, timers, bodyTimeoutMs),
  }
}

function flowOf(request: IncomingMessage, sink: BodySink, timers: Timers, bodyTimeoutMs: number): BodyFlow {
  let over = false
  let stopTimer: Cancel = () => {}
  const finish = (tell: () => void) => {
    if (over) return
    over = true
    stopTimer()
    tell()
  }
  const watchSilence = () => {
    stopTimer()
    stopTimer = timers.after(bodyTimeoutMs, () => finish(() => sink.fail(new EdgeError('REQUEST_TIMEOUT', { silentMs: bodyTimeoutMs }))))
  }
  const pause = () => {
    request.pause()
    stopTimer()
  }
  request.on('data', (chunk: Buffer) => {
    if (over) return
    watchSilence()
    if (!sink.write(chunk)) pause()
  })
  request.on('end', () => finish(() => sink.end()))
  request.on('error', (cause) => finish(() => sink.fail(new EdgeError('CLIENT_GONE', {}, cause))))
  request.on('close', () => finish(() => sink.fail(new EdgeError('CLIENT_GONE'))))
  watchSilence()
  return {
    pause,
    resume() {
      if (over) return
      watchSilence()
      request.resume()
    },
    cancel: () =>
      finish(() => {
        // Behind the last answer nothing is held back any more: see #lingerAtTheEnd.
        if (request.socket.writable) request.pause()
      }),
  }
}

/** How long a client may go on sending a body that nobody reads any more. */
const LINGER_MS = 1_000

/** What a reply needs besides the two halves of the message. */
export interface ReplyParts {
  /** Told when the client is gone. */
  readonly wanted: Abort
  readonly timers: Timers
  /** Whether the connection should end with this answer. */
  readonly last: () => boolean
}

/** The way back to a client over node:http. */
export class Http1Reply implements Reply {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #parts: ReplyParts

  constructor(request: IncomingMessage, response: ServerResponse, parts: ReplyParts) {
    this.#request = request
    this.#response = response
    this.#parts = parts
    response.on('close', () => {
      if (!response.writableFinished) parts.wanted.abort()
    })
    // A client that resets while we write is an ordinary end of an exchange; `close` follows.
    response.on('error', () => {})
  }

  interim(): void {}

  send(answer: Answer): Promise<Sent> | Sent {
    if (this.#response.destroyed) {
      discard(answer.body)
      return { outcome: 'client-gone', bytes: 0 }
    }
    const bodiless = this.#request.method === 'HEAD' || answer.status === 204 || answer.status === 304
    try {
      this.#response.writeHead(answer.status, this.#headOf(answer, bodiless))
    } catch (cause) {
      // A field that node refuses to write (a control byte from an origin): the client gets an error, not a torn connection.
      return this.#refuse(answer, cause)
    }
    if (bodiless || answer.body === null) {
      discard(answer.body)
      this.#response.end()
      return { outcome: 'whole', bytes: 0 }
    }
    return new BodySending(this.#request, this.#response).run(answer.body)
  }

  #headOf(answer: Answer, bodiless: boolean): string[] {
    const { fields, body } = answer
    fields.delete('transfer-encoding')
    // A length on a 204 is a mistake that some read as a body to come (RFC 9110 §8.6); on a HEAD and a 304 it speaks of the GET.
    if (!bodiless || answer.status === 204) {
      fields.delete('content-length')
      const lengthBytes = body === null ? 0 : body.lengthBytes
      if (lengthBytes !== null && answer.status !== 204) fields.append('Content-Length', String(lengthBytes))
    }
    // What is left of an unread request body must not be read as the next request. A request without one is not `complete` either
    // when it is answered in the tick it arrived in, but nothing of it is left.
    const unread = !this.#request.complete && hasBody(Fields.fromRaw(this.#request.rawHeaders))
    if (unread) this.#lingerAtTheEnd()
    if (unread || this.#parts.last()) fields.set('Connection', 'close')
    return fields.toRaw()
  }

  // node closes behind the last answer at once. A client that is still sending would be reset by that, and lose the answer before it
  // has read it (RFC 9112 §9.6): so it may go on for a moment, into the void.
  #lingerAtTheEnd(): void {
    const { socket } = this.#request
    socket.destroySoon = () => {
      socket.end()
      this.#request.resume()
      this.#parts.timers.after(LINGER_MS, () => socket.destroy())
    }
  }

  #refuse(answer: Answer, cause: unknown): Sent {
    discard(answer.body)
    this.#response.writeHead(502, { 'content-length': '0', 'cache-control': 'no-store' })
    this.#response.end()
    return { outcome: 'cut', bytes: 0, fault: cause }
  }
}

/** The sending of one body, with the pace of the client. */
class BodySending {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #bytes = 0
  #opening = true
  #first: Uint8Array | null = null
  #settle: ((sent: Sent) => void) | null = null
  #sent: Sent | null = null

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  run(body: Body): Promise<Sent> | Sent {
    const flow = body.open({ write: (chunk) => this.#write(chunk), end: () => this.#end(), fail: (fault) => this.#fail(fault) })
    this.#opening = false
    if (this.#sent !== null) return this.#sent
    if (this.#first !== null) this.#response.write(this.#first)
    this.#first = null
    this.#response.on('drain', () => flow.resume())
    this.#response.on('close', () => {
      if (this.#sent === null) flow.cancel()
      this.#done({ outcome: 'client-gone', bytes: this.#bytes })
    })
    return new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  // A body that is at hand comes while it is opened: head and body then leave in one write.
  #write(chunk: Uint8Array): boolean {
    this.#bytes += chunk.byteLength
    if (this.#opening && this.#first === null) {
      this.#first = chunk
      return true
    }
    if (this.#first !== null) this.#response.write(this.#first)
    this.#first = null
    return this.#response.write(chunk)
  }

  #end(): void {
    if (this.#first === null) this.#response.end()
    else this.#response.end(this.#first)
    this.#done({ outcome: 'whole', bytes: this.#bytes })
  }

  // A cut body must look cut to the client too (RFC 9112 §8): no last chunk, no missing bytes made up. Where only the end of the
  // connection marks the end of the body (HTTP/1.0), an ordinary end would make it look whole.
  #fail(fault: unknown): void {
    this.#done({ outcome: 'cut', bytes: this.#bytes, fault })
    if (this.#request.httpVersion === '1.0') this.#request.socket.resetAndDestroy()
    this.#response.destroy()
  }

  #done(sent: Sent): void {
    if (this.#sent !== null) return
    this.#sent = sent
    this.#settle?.(sent)
  }
}
