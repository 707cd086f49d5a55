// The field section of the request before, byte by byte. Most of what a client says of itself it says in each request of a connection, and
// comparing 250 bytes costs a tenth of reading them. Nothing is held of the first request of a connection, and where holding does not help it
// is tried ever more seldom: a proxy in front, whose requests are of many clients, pays next to nothing.

import { CR, LF } from '../base/octets.ts'

/** Longer sections are read each time. */
const MAX_BYTES = 2_048
/** How many sections at most go by before it is tried again. */
const MAX_PAUSE = 64

/** Knows the last section again. */
export class RepeatedSection {
  #bytes: Buffer | null = null
  #raw: string[] = []
  #helped = false
  #pause = 1
  #wait = 1

  /** The flat list of the section that is held. */
  get raw(): string[] {
    return this.#raw
  }

  /** The offset behind the section that begins at bytes[from] when it is the one that is held; 0 when not, or when it is not all here. */
  end(bytes: Buffer, from: number, bytesEnd: number): number {
    const held = this.#bytes
    if (held === null) return 0
    const to = from + held.length
    if (to > bytesEnd || bytes[to - 4] !== CR || bytes[to - 1] !== LF || bytes.compare(held, 0, held.length, from, to) !== 0) return 0
    this.#helped = true
    this.#pause = 1
    return to
  }

  /** Whether a section that was just read is to be held; asked once for each. */
  wants(lengthBytes: number): boolean {
    if (this.#wait === 0) return lengthBytes <= MAX_BYTES
    this.#wait--
    return false
  }

  /** Holds a section. @param raw its lines, in texts of their own */
  hold(bytes: Buffer, from: number, to: number, raw: string[]): void {
    this.#bytes = Buffer.allocUnsafeSlow(to - from)
    bytes.copy(this.#bytes, 0, from, to)
    this.#raw = raw
    this.#helped = false
  }

  /** Lets go of what is held: another one came, or none for a while. */
  forget(): void {
    if (this.#bytes === null) return
    if (!this.#helped) this.#pause = Math.min(MAX_PAUSE, 2 * this.#pause)
    this.#wait = this.#pause
    this.#bytes = null
    this.#raw = []
  }
}
