// The request line. @see RFC 9112 §3

import { CR, IS_TOKEN, IS_VISIBLE, LF, SP } from '../base/octets.ts'
import { VERSION_BYTES, versionAt, versionFault } from './http-version.ts'
import type { Version } from './message.ts'
import { lineEnd, MORE, type Scanned, type StartLine } from './scan.ts'
import { RULES } from './wire-rules.ts'

const MAX_METHOD_BYTES = 32

/** A request line, scanned as its bytes come in; an empty line before it is skipped. Its bounds follow from those of its parts. */
export class RequestLine implements StartLine {
  readonly lineTooLarge = RULES['target-too-long']
  readonly headTooLarge = RULES['head-too-large']
  readonly #maxTargetBytes: number
  version: Version = '1.1'
  /** Where the method begins, behind an empty line if there is one; as all of these, from the start of the head. */
  methodAt = 0
  /** Where the method ends, and 0 until then. */
  methodEnd = 0
  /** Where the target ends, and 0 until then. */
  targetEnd = 0
  #at = 0

  constructor(maxTargetBytes: number) {
    this.#maxTargetBytes = maxTargetBytes
  }

  reset(): void {
    this.methodAt = 0
    this.methodEnd = 0
    this.targetEnd = 0
    this.#at = 0
  }

  scan(bytes: Buffer, base: number, end: number): Scanned {
    if (this.methodEnd === 0) {
      const at = this.#scanMethod(bytes, base, end)
      if (at === MORE || typeof at !== 'number') return at
    }
    if (this.targetEnd === 0) {
      const at = this.#scanTarget(bytes, base, end)
      if (at === MORE || typeof at !== 'number') return at
    }
    return this.#scanVersion(bytes, base + this.targetEnd + 1, end)
  }

  #scanMethod(bytes: Buffer, base: number, end: number): Scanned {
    if (base < end && this.methodAt === 0 && bytes[base] === CR) {
      const at = lineEnd(bytes, base, end, RULES['bare-cr'])
      if (at === MORE || typeof at !== 'number') return at
      this.methodAt = at - base
    }
    const from = base + this.methodAt
    const stop = Math.min(end, from + MAX_METHOD_BYTES + 1)
    let at = from
    while (at < stop && IS_TOKEN[bytes[at]!] === 1) at++
    if (at > from + MAX_METHOD_BYTES) return RULES.method
    if (at >= end) return MORE
    if (bytes[at] !== SP || at === from) return this.#methodFault(bytes, at, end)
    this.methodEnd = at - base
    this.#at = this.methodEnd + 1
    return at
  }

  #methodFault(bytes: Buffer, at: number, end: number): Scanned {
    const next = lineEnd(bytes, at, end, RULES.method)
    // A line end: behind an empty line one more, or a method with nothing behind it.
    if (next === MORE || typeof next !== 'number') return next
    return this.methodAt > 0 && bytes[at - 1] === LF ? RULES['empty-line'] : RULES['request-line']
  }

  #scanTarget(bytes: Buffer, base: number, end: number): Scanned {
    const from = base + this.methodEnd + 1
    const stop = Math.min(end, from + this.#maxTargetBytes + 1)
    let at = base + this.#at
    while (at < stop && IS_VISIBLE[bytes[at]!] === 1) at++
    this.#at = at - base
    if (at > from + this.#maxTargetBytes) return RULES['target-too-long']
    if (at >= end) return MORE
    if (bytes[at] === SP) {
      if (at === from) return RULES['request-line']
      this.targetEnd = at - base
      return at
    }
    const next = lineEnd(bytes, at, end, RULES['target-octet'])
    if (next === MORE || typeof next !== 'number') return next
    return at === from ? RULES['request-line'] : RULES['no-version']
  }

  #scanVersion(bytes: Buffer, at: number, end: number): Scanned {
    // What begins otherwise is no version but a space too many, or more of a target with a space in it.
    if (at < end && (bytes[at]! | 0x20) !== 0x68) return bytes[at] === LF ? RULES['bare-lf'] : RULES['request-line']
    const fault = versionFault(bytes, at, end)
    if (fault !== 0) return fault
    const behind = at + VERSION_BYTES
    if (behind >= end) return MORE
    this.version = versionAt(bytes, at)
    return lineEnd(bytes, behind, end, RULES['request-line'])
  }
}
