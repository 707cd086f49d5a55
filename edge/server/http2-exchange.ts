// One exchange on an HTTP/2 stream: the request as the line reads it, and the way back to the client.
//
// Invariants: an answer that cannot become whole ends with a reset, so that it never looks whole; what an answer leaves unread of its
// request is refused with NO_ERROR behind it (RFC 9113 §8.1). Nothing here touches another stream.

import type { ServerHttp2Stream } from 'node:http2'
import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import { BytesBody, discard } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { mayHaveBody } from '../http/status.ts'
import type { ConnectionMemory } from '../pipeline/connection-memory.ts'
import type { Answer, Incoming, Reply, Sent } from '../pipeline/exchange.ts'
import { AnswerSending, type SendingLine } from './answer-sending.ts'
import type { PaceTerms } from './body-pace.ts'
import type { Endpoint } from './endpoint.ts'
import type { Http2Body } from './http2-body.ts'
import { answerLines, interimFields, LAST_STATUS } from './http2-fields.ts'
import type { Http2Head } from './http2-head.ts'
import { StreamWriter } from './stream-writer.ts'

/** How an exchange looks at its connection. */
export interface Http2Line {
  readonly endpoint: Endpoint
  /** Monotonic, as of the last sweep. */
  readonly nowMs: number
  /** The stream is closed. @param by `client` when the client reset it before it had everything */
  closed(exchange: Http2Exchange, by: 'client' | 'us'): void
  /** The stream has its answer, but the client is still sending: what comes is thrown away, and it is told so when the answer is out. */
  leave(stream: ServerHttp2Stream): void
}

const CLIENT_GONE: Sent = { outcome: 'client-gone', bytes: 0 }
const EMPTY_SENT: Sent = { outcome: 'whole', bytes: 0 }
const HEAD_ALONE = { endStream: true }

/** One request, and the way back. */
export class Http2Exchange implements Incoming, Reply, SendingLine {
  readonly method: string
  readonly target: string
  readonly httpVersion = '2'
  readonly scheme: 'http' | 'https'
  readonly fields: Fields
  readonly body: Http2Body | null
  readonly peerAddress: string
  readonly certificate: string | null
  readonly memory: ConnectionMemory
  readonly upgrade = null
  readonly wanted = new Abort()
  readonly #line: Http2Line
  readonly #stream: ServerHttp2Stream
  readonly #writer: StreamWriter
  #sending: AnswerSending | null = null
  /** All of the answer was handed to node. */
  #whole = false
  /** We reset it ourselves. */
  #cut = false

  constructor(line: Http2Line, stream: ServerHttp2Stream, head: Http2Head, body: Http2Body | null) {
    const { endpoint } = line
    this.method = head.method
    this.target = head.target
    this.scheme = endpoint.scheme
    this.fields = Fields.adopt(head.raw)
    this.body = body
    this.peerAddress = endpoint.address
    this.certificate = endpoint.certificate
    this.memory = endpoint.memory
    this.#line = line
    this.#stream = stream
    this.#writer = new StreamWriter(stream, line.nowMs)
    stream.on('aborted', () => this.#gone())
    stream.on('close', () => this.#closed())
  }

  interim(status: number, fields: Fields): void {
    const stream = this.#stream
    if (stream.closed || stream.destroyed || stream.headersSent) return
    const record = interimFields(status, fields)
    if (record !== null) stream.additionalHeaders(record)
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const { status, body } = answer
    const stream = this.#stream
    if (stream.closed || stream.destroyed) {
      discard(body)
      return CLIENT_GONE
    }
    // node takes 205 for an answer without content, as RFC 9110 §15.3.6 has it.
    const bodiless = !mayHaveBody(this.method, status) || status === 205
    const lines = answerLines(answer, bodiless ? 'bodiless' : 'with-body')
    if (lines === null) return this.#unsayable(answer)
    if (bodiless || body === null || body.lengthBytes === 0) {
      discard(body)
      stream.respond(lines, HEAD_ALONE)
      this.#finish()
      return EMPTY_SENT
    }
    stream.respond(lines)
    if (body instanceof BytesBody) return this.#sendBytes(body)
    stream.on('drain', () => this.#drained())
    this.#sending = new AnswerSending(this, '', 'until-close', body.lengthBytes)
    return this.#sending.run(body)
  }

  write(_head: string, bytes: Uint8Array): boolean {
    return this.#writer.write(bytes)
  }

  whole(): void {
    this.#writer.end()
    this.#finish()
  }

  // Not stream.close(): node ends the stream first then, and that end goes out before the reset, as if the answer were whole.
  cut(): void {
    this.#cut = true
    this.#stream.destroy(new RangeError('the answer broke off'))
  }

  /** Keeps to the deadlines of body and answer. @returns whether the client takes nothing of what waits for it @param nowMs monotonic */
  sweep(nowMs: number, terms: PaceTerms & { readonly sendTimeoutMs: number }): 'well' | 'stuck' {
    this.body?.sweep(nowMs, terms)
    return this.#writer.stuckMs(nowMs) > terms.sendTimeoutMs ? 'stuck' : 'well'
  }

  #sendBytes(body: BytesBody): Sent {
    const { bytes } = body
    if (!this.#writer.write(bytes)) this.#stream.on('drain', () => this.#drained())
    this.whole()
    return { outcome: 'whole', bytes: bytes.byteLength }
  }

  #drained(): void {
    if (this.#writer.drained()) this.#sending?.drained()
  }

  // Behind a whole answer the rest of the request is of no use to anybody.
  #finish(): void {
    this.#whole = true
    if (this.#stream.endAfterHeaders || this.body?.whole === true) return
    this.body?.fail(new EdgeError('CLIENT_GONE'))
    this.#line.leave(this.#stream)
  }

  #gone(): void {
    this.body?.fail(new EdgeError('CLIENT_GONE'))
    if (this.#whole) return
    this.wanted.abort()
    this.#sending?.gone()
  }

  #closed(): void {
    this.#gone()
    const had = this.#whole && (this.method === 'HEAD' || this.#stream.writableFinished)
    this.#line.closed(this, had || this.#cut ? 'us' : 'client')
  }

  // HTTP/1.1 passes a status on that nobody has defined; here an origin's is one too many, and a field that cannot be written is our fault.
  #unsayable({ status, body }: Answer): Sent {
    discard(body)
    this.#stream.respond([':status', '502', 'content-length', '0', 'cache-control', 'no-store'], HEAD_ALONE)
    this.#finish()
    const fault =
      status > LAST_STATUS
        ? new EdgeError('UPSTREAM_INVALID', { status, reason: 'HTTP/2 has no such status' })
        : new RangeError('a field of the answer cannot be written')
    return { outcome: 'cut', bytes: 0, fault }
  }
}
