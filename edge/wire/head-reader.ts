// Finds a whole head, start line and field section, in chunks that may cut it anywhere. A head within one chunk is scanned where it
// lies; what is unfinished at the end of a chunk is copied once into a buffer of this reader, never more than a head may have.

import type { FieldSection } from './field-section.ts'
import type { RepeatedSection } from './repeated-section.ts'
import { MORE, type Scanned, type StartLine } from './scan.ts'
import type { WireFault } from './wire-fault.ts'

const HELD_AT_FIRST_BYTES = 1_024
const NOTHING = Buffer.alloc(0)

/** Reads heads of one kind, one after the other. */
export class HeadReader {
  /** Offset in the chunk last given to `read`, behind what was taken. */
  taken = 0
  /** Bytes of an unfinished head that are held. */
  heldBytes = 0
  /** Whether the section of the last head is the one before it, byte by byte: its text was not read again. */
  repeated = false
  readonly #startLine: StartLine
  readonly #fields: FieldSection
  readonly #maxHeadBytes: number
  readonly #last: RepeatedSection | null
  #held = NOTHING
  #inFields = false
  /** Where the section begins, in the bytes that are scanned. */
  #sectionAt = 0

  /** @param last where sections may be the same again and again */
  constructor(startLine: StartLine, fields: FieldSection, maxHeadBytes: number, last: RepeatedSection | null = null) {
    this.#startLine = startLine
    this.#fields = fields
    this.#maxHeadBytes = maxHeadBytes
    this.#last = last
  }

  /**
   * The text of a whole and valid head that begins at chunk[at] or before, of its start line alone when its section is `repeated`; null when more
   * is needed, or what is wrong.
   */
  read(chunk: Buffer, at: number): string | WireFault | null {
    if (this.heldBytes > 0) return this.#readHeld(chunk, at)
    this.#startLine.reset()
    this.#inFields = false
    const end = this.#scan(chunk, at, chunk.length)
    if (typeof end !== 'number') return end
    if (end === MORE) return this.#hold(chunk, at, chunk.length)
    this.taken = end
    if (this.repeated) return chunk.toString('latin1', at, this.#sectionAt)
    if (this.#last?.wants(end - this.#sectionAt)) this.#remember(this.#last, chunk, at, end)
    return chunk.toString('latin1', at, end)
  }

  #remember(last: RepeatedSection, chunk: Buffer, at: number, end: number): void {
    const from = this.#sectionAt
    last.hold(chunk, from, end, this.#fields.raw(chunk.toString('latin1', from, end), from - at))
  }

  #readHeld(chunk: Buffer, at: number): string | WireFault | null {
    const before = this.heldBytes
    this.#hold(chunk, at, Math.min(chunk.length, at + this.#maxHeadBytes - before))
    const end = this.#scan(this.#held, 0, this.heldBytes)
    if (typeof end !== 'number') return end
    if (end === MORE) return null
    this.taken = at + end - before
    const text = this.#held.toString('latin1', 0, end)
    this.#held = NOTHING
    this.heldBytes = 0
    return text
  }

  #scan(bytes: Buffer, base: number, bytesEnd: number): Scanned {
    const full = base + this.#maxHeadBytes
    const end = Math.min(bytesEnd, full)
    if (!this.#inFields) {
      const at = this.#startLine.scan(bytes, base, end)
      if (at === MORE && end === full) return this.#startLine.lineTooLarge
      if (at === MORE || typeof at !== 'number') return at
      this.#inFields = true
      this.#sectionAt = at
      const behind = this.#last === null ? 0 : this.#last.end(bytes, at, end)
      this.repeated = behind > 0
      if (this.repeated) return behind
      this.#last?.forget()
      this.#fields.reset(at - base)
    }
    const at = this.#fields.scan(bytes, base, end)
    return at === MORE && end === full ? this.#startLine.headTooLarge : at
  }

  #hold(chunk: Buffer, from: number, to: number): null {
    const needed = this.heldBytes + to - from
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#maxHeadBytes, Math.max(needed, 2 * this.#held.length, HELD_AT_FIRST_BYTES)))
      this.#held.copy(grown, 0, 0, this.heldBytes)
      this.#held = grown
    }
    chunk.copy(this.#held, this.heldBytes, from, to)
    this.heldBytes = needed
    this.taken = chunk.length
    return null
  }
}
