// size: one state machine, whose states and deadlines are read side by side
// A connection that speaks HTTP/1.1: reads one request after the other, serves each, and keeps to its deadlines.
//
// Invariants: requests are answered in order, one at a time (RFC 9112 §9.3.2), so that one client has one request at the origins;
// nothing is served behind an answer that says close (§9.6); bytes ahead of their turn are held up to AHEAD_BYTES and one more read,
// then the client is not read any more. A memory hit is written in the tick its request came in. A deadline is set by the first sweep
// behind what began it: it costs nothing where it is not reached, is never early, and late by a sweep at most.

import type { Socket } from 'node:net'
import { EdgeError } from '../base/edge-error.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { RequestHead } from '../wire/message.ts'
import { RequestParser } from '../wire/request-parser.ts'
import { WireFault } from '../wire/wire-fault.ts'
import type { ConnectionHost, HeldConnection } from './connection-host.ts'
import type { Endpoint } from './endpoint.ts'
import { type ExchangeLine, Http1Exchange } from './http1-exchange.ts'
import { PlainSocket } from './plain-socket.ts'
import { rawRefusal } from './refusal.ts'
import { type BodySource, RequestBody } from './request-body.ts'
import { SocketWriter } from './socket-writer.ts'

/** Bytes held ahead of their turn before the client is not read any more. */
const AHEAD_BYTES = 16 * 1024
/** How long who was answered for the last time may be silent until it closes, and who has sent nothing yet when the edge is to end. */
const LINGER_MS = 1_000
/** How long and how much it may go on sending then, so that its bytes do not cost it the answer (RFC 9112 §9.6). */
const LINGER_WHOLE_MS = 10_000
const LINGER_BYTES = 64 * 1024 * 1024
/** A deadline that nothing reaches; the next sweep sets it. */
const UNSET = Number.POSITIVE_INFINITY

/** What a connection is doing; which of the deadlines counts hangs on it. */
type State = 'fresh' | 'head' | 'serving' | 'idle' | 'lingering' | 'taken' | 'over'

/** Serves a connection to its end. */
export function serveHttp1(socket: Socket, endpoint: Endpoint, host: ConnectionHost): void {
  // One that is over already never says so again: it would be held forever.
  if (socket.destroyed) return
  host.add(new Http1Connection(socket, endpoint, host))
}

class Http1Connection implements HeldConnection, ExchangeLine, BodySource {
  readonly endpoint: Endpoint
  readonly #host: ConnectionHost
  readonly #socket: Socket
  readonly #writer: SocketWriter
  readonly #parser: RequestParser
  #state: State = 'fresh'
  #exchange: Http1Exchange | null = null
  /** What was read and is not taken yet, from `#at` on. */
  #held: Buffer | null = null
  #at = 0
  /** What is held lies where the next read of any connection goes. */
  #borrowed = false
  #reading = false
  #requests = 0
  /** The answer being sent is the last. */
  #last = false
  /** The client has closed its side. */
  #halfClosed = false
  /** The client waits for 100 (Continue) before it sends its body. */
  #expects = false
  #lingeredBytes = 0
  /** What was written as of the last sweep; looked at when the client has closed its side. */
  #sentBytes = 0
  /** Monotonic. */
  #dueMs = UNSET
  #lingerEndMs = UNSET

  constructor(socket: Socket, endpoint: Endpoint, host: ConnectionHost) {
    this.#socket = socket
    this.endpoint = endpoint
    this.#host = host
    this.#writer = new SocketWriter(socket)
    this.#parser = new RequestParser(host.bootstrap)
    if (socket instanceof PlainSocket) socket.reader = (bytes) => this.#dataInPlace(bytes)
    else socket.on('data', (chunk: Buffer) => this.#data(chunk))
    socket.on('drain', () => this.#drained())
    socket.on('end', () => this.#clientEnded())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#closed())
  }

  // ExchangeLine: what the exchange asks of its connection.

  get open(): boolean {
    return this.#socket.writable
  }

  get ending(): boolean {
    const { draining, bootstrap } = this.#host
    if (this.#last || draining || bootstrap.keepAliveMs === 0 || this.#requests >= bootstrap.maxRequestsPerConnection) return true
    return this.#halfClosed && this.#held === null
  }

  get dateLine(): string {
    return this.#host.dateLine
  }

  say(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  write(head: string, bytes: Uint8Array, tail: string): boolean {
    // 100 (Continue) must not come into the middle of an answer.
    this.#expects = false
    return this.#writer.write(head, bytes, tail)
  }

  sendWhole(text: string, then: 'keep' | 'close'): void {
    if (then === 'close') this.#last = true
    this.#socket.write(text, 'latin1')
    this.whole()
  }

  closeAfter(): void {
    this.#last = true
  }

  whole(): void {
    const body = this.#exchange?.body ?? null
    this.#exchange = null
    if (this.#state !== 'serving') return
    body?.leave()
    // What is left of an unread body must not be read as the next request.
    if (this.#last || body?.whole === false || (this.#halfClosed && this.#held === null)) return this.#linger()
    this.#state = 'idle'
    this.#dueMs = UNSET
    // An answer may be given in the tick its request was read in: then the loop that reads goes on with the next.
    if (!this.#reading) this.#resume()
  }

  cut(): void {
    // Where only the end of the connection marks the end of the body, an ordinary end would make it look whole.
    if (this.#exchange?.httpVersion === '1.0') this.#writer.reset()
    else this.#socket.destroy()
  }

  skipRest(body: RequestBody): boolean {
    if (this.#held !== null) this.#took(this.#held, body.drop(this.#held, this.#at))
    return body.whole
  }

  takeOver(): { socket: Socket; early: Uint8Array } {
    this.#state = 'taken'
    if (this.#socket instanceof PlainSocket) this.#socket.reader = null
    this.#socket.removeAllListeners('data').removeAllListeners('drain').removeAllListeners('end')
    this.#socket.pause()
    const early = this.#held === null ? NOTHING : this.#held.subarray(this.#at)
    this.#held = null
    return { socket: this.#socket, early }
  }

  // BodySource: what the body of the request asks of its connection.

  flow(): void {
    if (this.#expects) {
      this.#expects = false
      // Only who has sent nothing of its body is waiting for this (RFC 9110 §10.1.1).
      if (this.#held === null) this.say('HTTP/1.1 100 Continue\r\n\r\n')
    }
    if (this.#reading) this.#socket.resume()
    else this.#resume()
  }

  halt(): void {
    this.#socket.pause()
  }

  broken({ rule }: WireFault): void {
    this.#last = true
    this.#count(rule)
  }

  // HeldConnection: what the listener asks of it.

  sweep(nowMs: number): void {
    if (this.#writer.stuckMs(nowMs) > this.#host.bootstrap.sendTimeoutMs) return void this.#socket.destroy()
    if (this.#state === 'serving') this.#sweepExchange(nowMs)
    else if (this.#state === 'idle' && this.#dueMs !== UNSET) this.#rest()
    // Who is still taking its answer has nothing else to do; how long it may take is measured above.
    const taking = this.#writer.waiting && this.#state !== 'head'
    if (this.#state === 'lingering' && (taking || this.#lingerEndMs === UNSET)) this.#lingerEndMs = nowMs + LINGER_WHOLE_MS
    if (taking || this.#dueMs === UNSET) this.#dueMs = Math.min(nowMs + this.#patienceMs(), this.#lingerEndMs)
    if (nowMs > this.#dueMs) this.#late()
  }

  // Nothing came since the last sweep: what speeds up the next request of many is not worth its room any more.
  #rest(): void {
    this.#parser.forget()
    this.endpoint.memory.rest()
  }

  drain(): void {
    this.#last = true
    // A request may be on its way already, and closing now would cost the client its answer: who is idle has a moment to send it, and is told
    // with the answer that it was the last.
    if (this.#state === 'fresh' || this.#state === 'idle') this.#dueMs = UNSET
  }

  destroy(): void {
    this.#socket.destroy()
  }

  // Reading.

  // Heads are read where they lie, and a whole answer is sent before the next read. What outlives this call is copied.
  #dataInPlace(bytes: Buffer): void {
    if (this.#exchange !== null && this.#held === null) return this.#data(Buffer.from(bytes))
    this.#borrowed = this.#held === null
    this.#data(bytes)
    if (this.#borrowed) this.#own()
  }

  #own(): void {
    this.#borrowed = false
    if (this.#held === null) return
    this.#held = Buffer.from(this.#held.subarray(this.#at))
    this.#at = 0
  }

  #data(chunk: Buffer): void {
    if (this.#state === 'lingering') return this.#ignore(chunk)
    if (this.#held === null) {
      this.#held = chunk
      this.#at = 0
    } else {
      this.#held = Buffer.concat([this.#held.subarray(this.#at), chunk])
      this.#at = 0
    }
    this.#read()
    // What is left waits for its turn, and beyond a bound so does the client.
    if (this.#held !== null && this.#held.byteLength - this.#at > AHEAD_BYTES) this.#socket.pause()
  }

  #resume(): void {
    this.#read()
    if (this.#held !== null || !this.#socket.isPaused()) return
    const body = this.#exchange?.body ?? null
    if (body === null || body.whole || body.flowing) this.#socket.resume()
  }

  #read(): void {
    this.#reading = true
    while (this.#held !== null) {
      const chunk = this.#held
      const exchange = this.#exchange
      if (exchange === null) {
        if (this.#state === 'lingering' || this.#state === 'over' || this.#writer.behind) break
        const head = this.#parser.read(chunk, this.#at)
        this.#took(chunk, this.#parser.taken)
        if (head === null) {
          this.#waitForHead()
          break
        }
        if (head instanceof WireFault) {
          this.#refuse(head.code, head.rule)
          break
        }
        this.#serve(head)
      } else {
        if (exchange.body === null || exchange.body.whole || !exchange.body.flowing) break
        this.#took(chunk, exchange.body.take(chunk, this.#at))
      }
    }
    this.#reading = false
    if (this.#halfClosed && this.#held === null) this.#heardAll()
  }

  #took(chunk: Buffer, at: number): void {
    this.#at = at
    if (at >= chunk.byteLength && this.#held === chunk) this.#held = null
  }

  #waitForHead(): void {
    if (!this.#parser.begun || this.#state === 'head') return
    this.#state = 'head'
    this.#dueMs = UNSET
  }

  #serve(head: RequestHead): void {
    this.#requests += 1
    this.#state = 'serving'
    this.#dueMs = UNSET
    const body = head.framing.kind === 'none' ? null : new RequestBody(head.framing, this)
    if (this.#borrowed && (body !== null || head.upgrade !== null)) this.#own()
    this.#expects = head.expectsContinue
    const exchange = new Http1Exchange(this, head, body)
    this.#exchange = exchange
    this.#host.onRequest(exchange, exchange, exchange.wanted)
  }

  // Ending.

  /** How long what it is doing may take. */
  #patienceMs(): number {
    const { firstByteTimeoutMs, headTimeoutMs, keepAliveMs, halfCloseMs } = this.#host.bootstrap
    switch (this.#state) {
      case 'fresh':
        return this.#last ? LINGER_MS : firstByteTimeoutMs
      case 'head':
        return headTimeoutMs
      case 'idle':
        return this.#last ? LINGER_MS : keepAliveMs
      case 'lingering':
        return LINGER_MS
      case 'serving':
        return this.#halfClosed ? halfCloseMs : UNSET
      default:
        return UNSET
    }
  }

  #late(): void {
    if (this.#state === 'head') this.#refuse('REQUEST_TIMEOUT', 'head-timeout')
    // With a word over TLS, and without a reset for the request that crosses it.
    else if (this.#state === 'idle') this.#linger()
    else this.#socket.destroy()
  }

  #sweepExchange(nowMs: number): void {
    const body = this.#exchange?.body ?? null
    const late = body?.lateness(nowMs, this.#host.bootstrap) ?? null
    if (late !== null) {
      this.#last = true
      body?.fail(late)
    }
    if (!this.#halfClosed || this.#socket.bytesWritten === this.#sentBytes) return
    // Something was sent to a client that has closed its side: it is worked for as long again.
    this.#sentBytes = this.#socket.bytesWritten
    this.#dueMs = UNSET
  }

  #refuse(code: ErrorCode, rule: string): void {
    this.#host.onFault(code)
    this.#count(rule)
    this.#held = null
    this.#socket.write(rawRefusal(code), 'latin1')
    this.#linger()
  }

  #count(rule: string): void {
    this.#host.metrics.counter('weir_wire_refusals_total', [rule]).add(1)
  }

  #linger(): void {
    this.#state = 'lingering'
    this.#held = null
    this.#dueMs = UNSET
    this.#socket.end()
    this.#socket.resume()
    if (this.#halfClosed) this.#socket.destroySoon()
  }

  #ignore(chunk: Buffer): void {
    this.#lingeredBytes += chunk.byteLength
    this.#dueMs = UNSET
    if (this.#lingeredBytes > LINGER_BYTES) this.#socket.destroy()
  }

  #drained(): void {
    this.#exchange?.drained()
    if (this.#exchange === null && !this.#reading) this.#resume()
  }

  // A client that has said all may still want its answer (RFC 9112 §9.6 has it so for the server; clients such as nc do it too). But
  // most that close are gone: they are worked for a moment longer, not until the origin is done.
  #clientEnded(): void {
    this.#halfClosed = true
    this.#dueMs = UNSET
    if (this.#held === null) this.#heardAll()
  }

  #heardAll(): void {
    const exchange = this.#exchange
    if (exchange === null) return void this.#socket.destroySoon()
    const unfinished = exchange.body !== null && !exchange.body.whole
    if (unfinished || this.#host.bootstrap.halfCloseMs === 0) this.#socket.destroy()
  }

  #closed(): void {
    const exchange = this.#exchange
    this.#exchange = null
    this.#state = 'over'
    this.#held = null
    this.#host.remove(this)
    exchange?.gone(new EdgeError('CLIENT_GONE'))
  }
}

const NOTHING = new Uint8Array(0)
