// The sending of one streamed answer, at the pace of the client. A body that breaks off breaks off at the client too: no last chunk,
// no missing bytes made up (RFC 9112 §8).

import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import type { Sent } from '../pipeline/exchange.ts'
import { chunkHead, LAST_CHUNK } from '../wire/head-writer.ts'

/** How the end of a body is told to the client. */
export type SentFraming = 'length' | 'chunked' | 'until-close'

/** What a sending needs of its connection. */
export interface SendingLine {
  /** @returns false when the client is behind: `drained` follows */
  write(head: string, bytes: Uint8Array, tail: string): boolean
  /** The answer is whole. */
  whole(): void
  /** The answer cannot become whole: the connection must end as an aborted one. */
  cut(): void
}

/** The sending of one streamed answer. */
export class AnswerSending implements BodySink {
  readonly #line: SendingLine
  readonly #framing: SentFraming
  readonly #lengthBytes: number | null
  /** What goes out before the next bytes: the head, until it is sent. */
  #head: string
  #first: Uint8Array | null = null
  #opening = true
  #bytes = 0
  #flow: BodyFlow | null = null
  #settle: ((sent: Sent) => void) | null = null
  #sent: Sent | null = null

  constructor(line: SendingLine, head: string, framing: SentFraming, lengthBytes: number | null) {
    this.#line = line
    this.#head = head
    this.#framing = framing
    this.#lengthBytes = lengthBytes
  }

  /** Sends the body to its end. */
  run(body: Body): Promise<Sent> | Sent {
    this.#flow = body.open(this)
    this.#opening = false
    if (this.#sent !== null) {
      // What was wrong was seen before there was a flow to cancel.
      if (this.#sent.outcome !== 'whole') this.#flow.cancel()
      return this.#sent
    }
    // The head does not wait for a body that is slow to begin.
    const took = this.#flush()
    if (!took) this.#flow.pause()
    return new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  write(chunk: Uint8Array): boolean {
    if (this.#sent !== null) return false
    this.#bytes += chunk.byteLength
    if (this.#lengthBytes !== null && this.#bytes > this.#lengthBytes) return this.#tooLong(chunk)
    // What is at hand comes while the body is opened: head and body then leave in one write.
    if (this.#opening && this.#first === null) {
      this.#first = chunk
      return true
    }
    this.#flush()
    return this.#put(chunk, '')
  }

  end(): void {
    if (this.#sent !== null) return
    if (this.#lengthBytes !== null && this.#bytes < this.#lengthBytes) return this.fail(new RangeError('the body is shorter than it said'))
    const last = this.#framing === 'chunked' ? LAST_CHUNK : ''
    if (this.#first !== null) this.#put(this.#first, last)
    else if (this.#head !== '' || last !== '') this.#line.write(this.#head + last, NOTHING, '')
    this.#first = null
    this.#settled({ outcome: 'whole', bytes: this.#bytes })
    this.#line.whole()
  }

  fail(fault: unknown): void {
    if (this.#sent !== null) return
    this.#flush()
    this.#settled({ outcome: 'cut', bytes: this.#bytes, fault })
    this.#line.cut()
  }

  /** The client takes more again. */
  drained(): void {
    this.#flow?.resume()
  }

  /** The client is gone. */
  gone(): void {
    if (this.#sent !== null) return
    this.#settled({ outcome: 'client-gone', bytes: this.#bytes })
    this.#flow?.cancel()
  }

  // Bytes beyond the length that the head told would be read as another answer.
  #tooLong(chunk: Uint8Array): boolean {
    this.#bytes -= chunk.byteLength
    this.fail(new RangeError('the body is longer than it said'))
    this.#flow?.cancel()
    return false
  }

  #flush(): boolean {
    if (this.#first !== null) {
      const first = this.#first
      this.#first = null
      return this.#put(first, '')
    }
    if (this.#head === '') return true
    const head = this.#head
    this.#head = ''
    return this.#line.write(head, NOTHING, '')
  }

  #put(chunk: Uint8Array, last: string): boolean {
    const head = this.#head
    this.#head = ''
    if (this.#framing !== 'chunked' || chunk.byteLength === 0) return this.#line.write(head, chunk, last)
    return this.#line.write(head + chunkHead(chunk.byteLength), chunk, `\r\n${last}`)
  }

  #settled(sent: Sent): void {
    this.#sent = sent
    this.#settle?.(sent)
  }
}

const NOTHING = new Uint8Array(0)
