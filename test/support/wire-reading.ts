import { type BodyDecoder, bodyDecoder } from '../../edge/wire/body-decoder.ts'
import type { Framing, RequestHead, ResponseHead } from '../../edge/wire/message.ts'
import { RequestParser } from '../../edge/wire/request-parser.ts'
import { ResponseParser } from '../../edge/wire/response-parser.ts'
import { WireFault } from '../../edge/wire/wire-fault.ts'
import type { WireLimits } from '../../edge/wire/wire-limits.ts'

/** Limits that leave room for what tests send. */
export const WIDE_LIMITS: WireLimits = { maxHeadBytes: 16_384, maxTargetBytes: 8_192, maxFieldBytes: 8_192, maxFields: 100 }

/** A message as it was read. */
export interface ReadMessage<Head> {
  readonly head: Head
  /** Payload as latin1. */
  body: string
  /** Offset behind it in all that was sent; null while it is not over. */
  endsAt: number | null
  /** What the end of the connection means for it. */
  atEnd: 'whole' | 'cut'
}

/** What the bytes of a connection came to. */
export interface Reading<Head> {
  readonly messages: readonly ReadMessage<Head>[]
  /** The rule that was broken, or null. */
  readonly rule: string | null
  /** Whether a head has begun and is neither over nor refused. */
  readonly begun: boolean
}

/** Reads requests, up to one that is the last of its connection. @param cuts ascending offsets at which the bytes are cut into chunks */
export function readRequests(bytes: Buffer, cuts: readonly number[] = [], limits = WIDE_LIMITS): Reading<RequestHead> {
  const parser = new RequestParser(limits)
  return new Connection(parser, (chunk, at) => parser.read(chunk, at)).readAll(bytes, cuts)
}

/** Reads answers to requests of one method, up to one that is the last of its connection. */
export function readResponses(bytes: Buffer, method: string, cuts: readonly number[] = [], limits = WIDE_LIMITS): Reading<ResponseHead> {
  const parser = new ResponseParser(limits)
  return new Connection(parser, (chunk, at) => parser.read(chunk, at, method)).readAll(bytes, cuts)
}

/** All offsets within so many bytes: cut there, each byte comes alone. */
export function everywhere(length: number): number[] {
  return Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1)
}

interface Parser {
  readonly taken: number
  readonly begun: boolean
}

class Connection<Head extends { readonly framing: Framing; readonly persistent: boolean }> {
  readonly #parser: Parser
  readonly #readHead: (chunk: Buffer, at: number) => Head | WireFault | null
  readonly #messages: ReadMessage<Head>[] = []
  #decoder: BodyDecoder | null = null
  #rule: string | null = null

  constructor(parser: Parser, readHead: (chunk: Buffer, at: number) => Head | WireFault | null) {
    this.#parser = parser
    this.#readHead = readHead
  }

  readAll(bytes: Buffer, cuts: readonly number[]): Reading<Head> {
    let from = 0
    for (const to of [...cuts, bytes.length]) {
      // A copy, since a decoder moves bytes in what it is given.
      this.#take(Buffer.from(bytes.subarray(from, to)), from)
      from = to
    }
    return { messages: this.#messages, rule: this.#rule, begun: this.#rule === null && this.#parser.begun }
  }

  #take(chunk: Buffer, offset: number): void {
    let at = 0
    while (at < chunk.length && this.#rule === null && !this.#isOver()) {
      const next = this.#decoder === null ? this.#takeHead(chunk, at) : this.#decoder.read(chunk, at, (part) => this.#add(part))
      if (next instanceof WireFault) this.#rule = next.rule
      else at = next
      this.#settle(offset + at)
    }
  }

  #takeHead(chunk: Buffer, at: number): number | WireFault {
    const head = this.#readHead(chunk, at)
    if (head instanceof WireFault) return head
    if (head !== null) {
      this.#messages.push({ head, body: '', endsAt: null, atEnd: 'cut' })
      this.#decoder = bodyDecoder(head.framing)
    }
    return this.#parser.taken
  }

  #add(part: Buffer): void {
    this.#messages.at(-1)!.body += part.toString('latin1')
  }

  #settle(at: number): void {
    if (this.#decoder === null) return
    const message = this.#messages.at(-1)!
    message.atEnd = this.#decoder.atEnd
    if (!this.#decoder.done) return
    message.endsAt = at
    this.#decoder = null
  }

  #isOver(): boolean {
    return this.#decoder === null && this.#messages.at(-1)?.head.persistent === false
  }
}
