// What stands between the data of two chunks: the line end behind the one, then size and extensions of the next. One step per octet,
// so that nothing has to be held or looked at again. Extensions are read strictly, counted and dropped: loose reading of where they end
// is how requests are smuggled in chunks.

import { CR, hexDigit, IS_QUOTED_TEXT, IS_TOKEN, IS_VALUE, LF } from '../base/octets.ts'
import type { Scanned } from './scan.ts'
import type { WireFault } from './wire-fault.ts'
import { MAX_CHUNK_LINE_BYTES, MAX_EXTENSION_BYTES } from './wire-limits.ts'
import { RULES } from './wire-rules.ts'

const MAX_DIGITS = 15
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const QUOTE = 0x22
const BACKSLASH = 0x5c

// Which octet is expected next.
const DATA_CR = 0
const DATA_LF = 1
const SIZE = 2
const NAME_FIRST = 3
const NAME = 4
const VALUE_FIRST = 5
const VALUE = 6
const QUOTED = 7
const ESCAPED = 8
const QUOTED_END = 9
const LINE_LF = 10
const OVER = 11
const WRONG = 12

/** The lines before the chunks of one body. @see RFC 9112 §7.1 */
export class ChunkLine {
  /** Bytes of the chunk behind this line, once it is over; 0 is the last one. */
  size = 0
  #step = SIZE
  #digits = 0
  #lineBytes = 0
  #extensionBytes = 0

  /** Whether the line is read. */
  get over(): boolean {
    return this.#step === OVER
  }

  /** Goes on to the line behind the data of a chunk. */
  next(): void {
    this.size = 0
    this.#step = DATA_CR
    this.#digits = 0
    this.#lineBytes = 0
  }

  /** Reads on in bytes[at…], to the end of the line or of the bytes. Gives the offset behind what it read, or what is wrong. */
  scan(bytes: Buffer, at: number): Scanned {
    let i = at
    while (i < bytes.length && this.#step !== OVER) {
      const octet = bytes[i++]!
      const fault = this.#step === SIZE ? this.#takeDigit(octet) : this.#take(octet)
      if (fault !== null) return fault
    }
    return i
  }

  #takeDigit(octet: number): WireFault | null {
    const digit = hexDigit(octet)
    if (digit < 0) return this.#digits === 0 ? sizeFault(octet) : this.#endSize(octet)
    this.size = this.size * 16 + digit
    this.#lineBytes++
    if (++this.#digits > MAX_DIGITS || this.size > Number.MAX_SAFE_INTEGER) return RULES['chunk-too-large']
    return null
  }

  #endSize(octet: number): WireFault | null {
    if (octet !== CR && octet !== SEMICOLON) return sizeFault(octet)
    this.#lineBytes++
    this.#step = octet === CR ? LINE_LF : NAME_FIRST
    return null
  }

  #take(octet: number): WireFault | null {
    const step = this.#step
    const next = after(step, octet)
    if (next === WRONG) return faultAt(step, octet)
    this.#step = next
    if (step === DATA_CR || step === DATA_LF) return null
    if (++this.#lineBytes > MAX_CHUNK_LINE_BYTES) return RULES['chunk-line-too-long']
    if (step !== LINE_LF && ++this.#extensionBytes > MAX_EXTENSION_BYTES) return RULES['extensions-too-large']
    return null
  }
}

/** The step behind an octet, or WRONG. */
function after(step: number, octet: number): number {
  switch (step) {
    case DATA_CR:
      return octet === CR ? DATA_LF : WRONG
    case DATA_LF:
      return octet === LF ? SIZE : WRONG
    case NAME_FIRST:
      return IS_TOKEN[octet] === 1 ? NAME : WRONG
    case NAME:
      if (octet === EQUALS) return VALUE_FIRST
      return IS_TOKEN[octet] === 1 ? NAME : afterExtension(octet)
    case VALUE_FIRST:
      if (octet === QUOTE) return QUOTED
      return IS_TOKEN[octet] === 1 ? VALUE : WRONG
    case VALUE:
      return IS_TOKEN[octet] === 1 ? VALUE : afterExtension(octet)
    case QUOTED:
      if (octet === QUOTE) return QUOTED_END
      if (octet === BACKSLASH) return ESCAPED
      return IS_QUOTED_TEXT[octet] === 1 ? QUOTED : WRONG
    case ESCAPED:
      return IS_VALUE[octet] === 1 ? QUOTED : WRONG
    case QUOTED_END:
      return afterExtension(octet)
    default:
      return octet === LF ? OVER : WRONG
  }
}

function afterExtension(octet: number): number {
  if (octet === SEMICOLON) return NAME_FIRST
  return octet === CR ? LINE_LF : WRONG
}

function faultAt(step: number, octet: number): WireFault {
  if (step === LINE_LF) return RULES['bare-cr']
  if (octet === LF) return RULES['bare-lf']
  return step === DATA_CR || step === DATA_LF ? RULES['chunk-end'] : RULES['chunk-extension']
}

function sizeFault(octet: number): WireFault {
  return octet === LF ? RULES['bare-lf'] : RULES['chunk-size']
}
