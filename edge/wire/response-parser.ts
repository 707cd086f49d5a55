// Reads the heads of answers. As strict as for requests: what an origin sends is not to be repaired but told apart, and an answer whose
// end is in doubt would hand its rest to the next client of the connection.
//
// The texts of a head are parts of one text and keep it alive: who keeps a name or a value longer than its exchange makes a copy.

import { isPersistent, keepAliveSeconds } from './connection-options.ts'
import { FieldSection } from './field-section.ts'
import { responseFraming } from './framing-fields.ts'
import { HeadReader } from './head-reader.ts'
import type { ResponseHead } from './message.ts'
import { StatusLine } from './status-line.ts'
import { WireFault } from './wire-fault.ts'
import type { WireLimits } from './wire-limits.ts'

const SWITCHING_PROTOCOLS = 101

/** Reads the heads of the answers of one connection, one after the other. After a fault it is of no more use. */
export class ResponseParser {
  readonly #line = new StatusLine()
  readonly #fields: FieldSection
  readonly #reader: HeadReader

  constructor(limits: WireLimits) {
    this.#fields = new FieldSection(limits.maxFieldBytes, limits.maxFields)
    this.#reader = new HeadReader(this.#line, this.#fields, limits.maxHeadBytes)
  }

  /** Whether bytes of an unfinished head are held. */
  get begun(): boolean {
    return this.#reader.heldBytes > 0
  }

  /** Offset in the chunk last given to `read`, behind what was taken. */
  get taken(): number {
    return this.#reader.taken
  }

  /**
   * Reads a head from chunk[at…]; null when more is needed, and everything of the chunk was taken then.
   * An interim answer (1xx) is a head as any other: who reads goes on to the final one.
   * @param method of the request that is answered; not CONNECT
   */
  read(chunk: Buffer, at: number, method: string): ResponseHead | WireFault | null {
    const text = this.#reader.read(chunk, at)
    return typeof text === 'string' ? this.#headOf(text, method) : text
  }

  #headOf(text: string, method: string): ResponseHead | WireFault {
    const { status, version } = this.#line
    const fields = this.#fields
    const raw = fields.raw(text)
    const framing = responseFraming(method, status, version, fields, raw)
    if (framing instanceof WireFault) return framing
    // Behind 101 the connection speaks something else.
    const isOver = framing.kind === 'until-close' || status === SWITCHING_PROTOCOLS
    return {
      status,
      version,
      raw,
      framing,
      persistent: !isOver && isPersistent(version, fields, raw),
      keepAliveS: keepAliveSeconds(fields, raw),
    }
  }
}
