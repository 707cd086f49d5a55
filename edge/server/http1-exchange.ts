// One exchange on an HTTP/1.1 connection: the request as the line reads it, and the way back to the client.

import { Abort } from '../base/abort.ts'
import type { EdgeError } from '../base/edge-error.ts'
import { BytesBody, discard, MAX_TEXT_BYTES } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { lengthLine } from '../http/length-line.ts'
import { mayHaveBody, reasonPhrase } from '../http/status.ts'
import type { ConnectionMemory } from '../pipeline/connection-memory.ts'
import type { Answer, Incoming, Reply, Sent, UpgradeOffer } from '../pipeline/exchange.ts'
import type { RequestHead } from '../wire/message.ts'
import { AnswerSending, type SendingLine, type SentFraming } from './answer-sending.ts'
import type { Endpoint } from './endpoint.ts'
import type { RequestBody } from './request-body.ts'

/** What an exchange needs of its connection. */
export interface ExchangeLine extends SendingLine {
  readonly endpoint: Endpoint
  /** The Date field line of this second. */
  readonly dateLine: string
  /** False once nothing can be sent any more. */
  readonly open: boolean
  /** Whether the connection should end with this answer whatever the client wants. */
  readonly ending: boolean
  /** Sends text alone, at once. */
  say(text: string): void
  /** Sends a whole answer of which all is at hand, and ends the exchange. */
  sendWhole(text: string, then: 'keep' | 'close'): void
  /** After this answer the connection ends. */
  closeAfter(): void
  /** Throws away what is here of a body that nobody reads. @returns whether that was the rest of it */
  skipRest(body: RequestBody): boolean
  /** See `UpgradeOffer`. */
  takeOver(): ReturnType<UpgradeOffer['take']>
}

const CLIENT_GONE: Sent = { outcome: 'client-gone', bytes: 0 }
const EMPTY_SENT: Sent = { outcome: 'whole', bytes: 0 }

/** One request, and the way back. */
export class Http1Exchange implements Incoming, Reply, UpgradeOffer {
  readonly method: string
  readonly target: string
  readonly httpVersion: '1.0' | '1.1'
  readonly scheme: 'http' | 'https'
  readonly fields: Fields
  readonly body: RequestBody | null
  readonly peerAddress: string
  readonly certificate: string | null
  readonly memory: ConnectionMemory
  readonly upgrade: UpgradeOffer | null
  readonly wanted = new Abort()
  readonly #line: ExchangeLine
  readonly #persistent: boolean
  #begun = false
  #sending: AnswerSending | null = null

  constructor(line: ExchangeLine, head: RequestHead, body: RequestBody | null) {
    const { endpoint } = line
    this.method = head.method
    this.target = head.target
    this.httpVersion = head.version
    this.scheme = endpoint.scheme
    this.fields = head.repeated ? endpoint.memory.fieldsOf(head.raw) : Fields.adopt(head.raw)
    this.body = body
    this.peerAddress = endpoint.address
    this.certificate = endpoint.certificate
    this.memory = endpoint.memory
    this.upgrade = head.upgrade === null ? null : this
    this.#line = line
    this.#persistent = head.persistent
  }

  interim(status: number, fields: Fields): void {
    // HTTP/1.0 has no interim answers (RFC 9110 §15.2); within or behind the answer, this would be read as a part of it, or as another's.
    if (this.httpVersion === '1.0' || this.#begun || !this.#line.open) return
    const text = fields.toText()
    if (text !== null) this.#line.say(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${text}\r\n`)
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const { status, body } = answer
    this.#begun = true
    if (!this.#line.open) {
      discard(body)
      return CLIENT_GONE
    }
    const bodiless = !mayHaveBody(this.method, status)
    const framing = framingOf(answer, bodiless, this.httpVersion)
    const closes = this.#closes(answer, framing)
    if (!bodiless && body instanceof BytesBody && body.lengthBytes <= MAX_TEXT_BYTES) return this.#sendShort(answer, body, closes)
    const head = this.#headOf(answer, bodiless, framing, closes)
    if (head === null) return this.#unsayable(answer)
    if (bodiless || body === null) {
      discard(body)
      this.#line.sendWhole(head, closes)
      return EMPTY_SENT
    }
    if (closes === 'close') this.#line.closeAfter()
    this.#sending = new AnswerSending(this.#line, head, framing, framing === 'length' ? body.lengthBytes : null)
    return this.#sending.run(body)
  }

  // What many answers share stands last, in one piece with the body.
  #sendShort(answer: Answer, body: BytesBody, closes: 'keep' | 'close'): Sent {
    const { status, fields } = answer
    dropFraming(fields)
    fields.delete('content-length')
    const rest = fields.toTextWith(body)
    if (rest === null) return this.#unsayable(answer)
    const date = fields.dated ? '' : this.#line.dateLine
    this.#line.sendWhole(`${statusLine(status)}${this.#connectionLine(closes)}${date}${rest}`, closes)
    return { outcome: 'whole', bytes: body.lengthBytes }
  }

  take(): ReturnType<UpgradeOffer['take']> {
    return this.#line.takeOver()
  }

  /** The client takes more again. */
  drained(): void {
    this.#sending?.drained()
  }

  /** The client is gone: nobody wants the answer any more. */
  gone(fault: EdgeError): void {
    this.body?.fail(fault)
    this.wanted.abort()
    this.#sending?.gone()
  }

  #closes(answer: Answer, framing: SentFraming): 'keep' | 'close' {
    if (!this.#persistent || framing === 'until-close' || this.#line.ending) return 'close'
    if (this.body !== null && !this.body.whole && !this.#line.skipRest(this.body)) return 'close'
    return answer.fields.has('connection') ? 'close' : 'keep'
  }

  /** Null when a field cannot be written: a line break in it would make another answer of the rest (RFC 9112 §11.1). */
  #headOf(answer: Answer, bodiless: boolean, framing: SentFraming, closes: 'keep' | 'close'): string | null {
    const { status, fields, body } = answer
    dropFraming(fields)
    // A length on a 204 is a mistake that some read as a body to come (RFC 9110 §8.6); on a HEAD and a 304 it speaks of the GET.
    if (!bodiless || status === 204) fields.delete('content-length')
    const text = fields.toText()
    if (text === null) return null
    let head = `${statusLine(status)}${text}`
    if (!bodiless) head += framing === 'length' ? lengthLine(body?.lengthBytes ?? 0) : framingLine(framing)
    if (!fields.dated) head += this.#line.dateLine
    return `${head}${this.#connectionLine(closes)}\r\n`
  }

  #connectionLine(closes: 'keep' | 'close'): string {
    if (closes === 'close') return 'Connection: close\r\n'
    return this.httpVersion === '1.0' ? 'Connection: keep-alive\r\n' : ''
  }

  #unsayable(answer: Answer): Sent {
    discard(answer.body)
    this.#line.sendWhole('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n', 'close')
    return { outcome: 'cut', bytes: 0, fault: new RangeError('a field of the answer cannot be written') }
  }
}

// Both are the sender's own to say.
function dropFraming(fields: Fields): void {
  fields.delete('transfer-encoding')
  fields.delete('connection')
}

function framingOf({ body }: Answer, bodiless: boolean, version: '1.0' | '1.1'): SentFraming {
  if (bodiless || body === null || body.lengthBytes !== null) return 'length'
  return version === '1.1' ? 'chunked' : 'until-close'
}

function framingLine(framing: SentFraming): string {
  return framing === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
}

const STATUS_LINES: string[] = []
for (let status = 200; status < 600; status++) STATUS_LINES[status] = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`

function statusLine(status: number): string {
  return STATUS_LINES[status] ?? `HTTP/1.1 ${status} \r\n`
}
