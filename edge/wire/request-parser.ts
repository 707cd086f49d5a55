// Reads the heads of requests: the door through which everything from outside comes, and the only place where its framing is decided.
//
// The texts of a head are parts of one text and keep it alive: who keeps a name or a value longer than its exchange makes a copy.

import { hasOption, isPersistent, isSame } from './connection-options.ts'
import { FieldSection } from './field-section.ts'
import { requestFraming } from './framing-fields.ts'
import { HeadReader } from './head-reader.ts'
import { EXPECT, HOST, UPGRADE } from './known-field.ts'
import type { Framing, RequestHead } from './message.ts'
import { RepeatedSection } from './repeated-section.ts'
import { RequestLine } from './request-line.ts'
import { WireFault } from './wire-fault.ts'
import type { WireLimits } from './wire-limits.ts'
import { RULES } from './wire-rules.ts'

/** Reads the heads of the requests of one connection, one after the other. After a fault it is of no more use. */
export class RequestParser {
  readonly #line: RequestLine
  readonly #fields: FieldSection
  readonly #last = new RepeatedSection()
  readonly #reader: HeadReader

  constructor(limits: WireLimits) {
    this.#line = new RequestLine(limits.maxTargetBytes)
    this.#fields = new FieldSection(limits.maxFieldBytes, limits.maxFields)
    this.#reader = new HeadReader(this.#line, this.#fields, limits.maxHeadBytes, this.#last)
  }

  /** Whether bytes of an unfinished head are held; an empty line before it does not begin one. */
  get begun(): boolean {
    return this.#reader.heldBytes > this.#line.methodAt
  }

  /** Offset in the chunk last given to `read`, behind what was taken. */
  get taken(): number {
    return this.#reader.taken
  }

  /** Reads a head from chunk[at…]; null when more is needed, and everything of the chunk was taken then. */
  read(chunk: Buffer, at: number): RequestHead | WireFault | null {
    const text = this.#reader.read(chunk, at)
    return typeof text === 'string' ? this.#headOf(text) : text
  }

  /** Lets go of what it remembers of requests that are over. */
  forget(): void {
    this.#last.forget()
  }

  #headOf(text: string): RequestHead | WireFault {
    const line = this.#line
    const fields = this.#fields
    const { version } = line
    const { repeated } = this.#reader
    const raw = repeated ? this.#last.raw : fields.raw(text)
    const framing = requestFraming(version, fields, raw)
    if (framing instanceof WireFault) return framing
    const hosts = fields.lines(HOST)
    if (hosts !== 1 && (hosts > 1 || version === '1.1')) return hosts === 0 ? RULES['host-missing'] : RULES['host-repeated']
    const expects = fields.lines(EXPECT)
    if (expects > 1 || (expects === 1 && !isSame(fields.last(EXPECT, raw), '100-continue'))) return RULES.expectation
    const method = text.startsWith('GET ', line.methodAt) ? 'GET' : text.slice(line.methodAt, line.methodEnd)
    if (method === 'PRI') return RULES['method-reserved']
    return {
      method,
      target: text.slice(line.methodEnd + 1, line.targetEnd),
      version,
      raw,
      repeated,
      framing,
      persistent: isPersistent(version, fields, raw),
      // HTTP/1.0 has no interim answers (RFC 9110 §10.1.1), and without a body there is nothing to wait for.
      expectsContinue: expects === 1 && version === '1.1' && framing.kind !== 'none',
      upgrade: fields.lines(UPGRADE) === 1 && version === '1.1' ? this.#upgrade(method, framing, raw) : null,
    }
  }

  #upgrade(method: string, framing: Framing, raw: readonly string[]): 'websocket' | null {
    if (method !== 'GET' || framing.kind !== 'none') return null
    const asked = hasOption('upgrade', this.#fields, raw) && isSame(this.#fields.last(UPGRADE, raw), 'websocket')
    return asked ? 'websocket' : null
  }
}
