// The status line. @see RFC 9112 §4

import { CR, IS_VALUE, isDigit, LF, SP, ZERO } from '../base/octets.ts'
import { VERSION_BYTES, versionAt, versionFault } from './http-version.ts'
import type { Version } from './message.ts'
import { lineEnd, MORE, type Scanned, type StartLine } from './scan.ts'
import { RULES } from './wire-rules.ts'

const STATUS_AT = VERSION_BYTES + 1
const STATUS_END = STATUS_AT + 3

/** A status line, scanned as its bytes come in. */
export class StatusLine implements StartLine {
  readonly lineTooLarge = RULES['head-too-large']
  readonly headTooLarge = RULES['head-too-large']
  version: Version = '1.1'
  status = 0
  /** Where to go on in the reason, from the start of the head; 0 before it. */
  #at = 0

  reset(): void {
    this.#at = 0
  }

  scan(bytes: Buffer, base: number, end: number): Scanned {
    if (this.#at === 0) {
      const at = this.#scanStatus(bytes, base, end)
      if (at === MORE || typeof at !== 'number') return at
      this.#at = at - base
    }
    let at = base + this.#at
    while (at < end && IS_VALUE[bytes[at]!] === 1) at++
    this.#at = at - base
    return at < end ? lineEnd(bytes, at, end, RULES['reason-octet']) : MORE
  }

  /** Gives where the reason begins, or the line ends without one. */
  #scanStatus(bytes: Buffer, base: number, end: number): Scanned {
    const fault = versionFault(bytes, base, end)
    if (fault !== 0) return fault
    for (let i = VERSION_BYTES; i < STATUS_END; i++) {
      if (base + i >= end) return MORE
      const octet = bytes[base + i]!
      const isRight = i === VERSION_BYTES ? octet === SP : isDigit(octet)
      if (!isRight) return octet === LF ? RULES['bare-lf'] : RULES['status-line']
    }
    this.version = versionAt(bytes, base)
    this.status = 100 * digitAt(bytes, base + STATUS_AT) + 10 * digitAt(bytes, base + STATUS_AT + 1) + digitAt(bytes, base + STATUS_AT + 2)
    if (this.status < 100) return RULES.status
    const behind = base + STATUS_END
    if (behind >= end) return MORE
    const octet = bytes[behind]!
    if (octet === SP) return behind + 1
    // Before an empty reason, servers of today leave out the space too.
    return octet === CR || octet === LF ? behind : RULES['status-line']
  }
}

function digitAt(bytes: Buffer, at: number): number {
  return bytes[at]! - ZERO
}
