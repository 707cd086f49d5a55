// The trailer section of a chunked body: read as strictly as a head, bounded, and dropped. What it says came too late to be routed, limited or
// logged by, and a field that may stand in a head only must not come in by this door (RFC 9110 §6.5.1).

import { CR, LF } from '../base/octets.ts'
import { FieldSection } from './field-section.ts'
import { HeadReader } from './head-reader.ts'
import { CONTENT_LENGTH, HOST, TRANSFER_ENCODING } from './known-field.ts'
import type { StartLine } from './scan.ts'
import { WireFault } from './wire-fault.ts'
import { MAX_TRAILER_BYTES } from './wire-limits.ts'
import { RULES } from './wire-rules.ts'

/** A section of fields has no line before them. */
const NO_LINE: StartLine = {
  lineTooLarge: RULES['trailers-too-large'],
  headTooLarge: RULES['trailers-too-large'],
  reset() {},
  scan: (_bytes, base) => base,
}

/** Reads one trailer section. */
export class TrailerReader {
  /** Whether the section is over. */
  over = false
  // Made when there is more than the empty line that ends nearly every body.
  #fields: FieldSection | null = null
  #reader: HeadReader | null = null

  /** Reads on in chunk[at…]. Gives the offset behind what it took, or what is wrong. */
  scan(chunk: Buffer, at: number): number | WireFault {
    if (this.#fields === null || this.#reader === null) {
      this.over = chunk[at] === CR && chunk[at + 1] === LF
      if (this.over) return at + 2
      // Their bytes bound their number.
      this.#fields = new FieldSection(MAX_TRAILER_BYTES, MAX_TRAILER_BYTES)
      this.#reader = new HeadReader(NO_LINE, this.#fields, MAX_TRAILER_BYTES)
    }
    const text = this.#reader.read(chunk, at)
    if (text instanceof WireFault) return text
    if (text !== null && framesIn(this.#fields)) return RULES['framing-in-trailers']
    this.over = text !== null
    return this.#reader.taken
  }
}

function framesIn(fields: FieldSection): boolean {
  return fields.lines(CONTENT_LENGTH) + fields.lines(TRANSFER_ENCODING) + fields.lines(HOST) > 0
}
