// Field lines that lie in bytes as HTTP/1.1 has them, such as those of an answer that was kept elsewhere. Their bits are found in one pass; the
// list of names and values is only made for who asks for it, and most never do.

import { SharedLines } from './shared-lines.ts'

const OTHER = 0
const WRITABLE = 1
const OF_A_NAME = 2

// What a field may hold (RFC 9110 §5.5), and of that, what a name may (§5.1, §5.6.2).
const KINDS = new Uint8Array(256).fill(OTHER)
for (let code = 0; code < 256; code++) {
  if (code === 0x09 || (code >= 0x20 && code !== 0x7f)) KINDS[code] = WRITABLE
  if (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code))) KINDS[code] = OF_A_NAME
}
const COLON = 0x3a
const SPACE = 0x20
const CR = 0x0d
const LF = 0x0a

/**
 * The lines in these bytes, each `name: value` with its end; null when there is anything else.
 * @param text the same bytes as latin1 text
 */
export function linesInText(bytes: Uint8Array, from: number, to: number, text: string): SharedLines | null {
  let bits = 0
  let marks = 0
  let dated = false
  for (let at = from; at < to; ) {
    let end = at
    while (end < to && KINDS[bytes[end]!] === OF_A_NAME) end++
    const length = end - at
    if (length === 0 || bytes[end] !== COLON || bytes[end + 1] !== SPACE) return null
    // As `bitOf` and `markOf` have it, to whom the second character of a name of one is 0.
    const second = length === 1 ? 0 : bytes[at + 1]!
    bits |= 1 << ((length * 7 + (bytes[at]! | 0x20) * 3 + (second | 0x20) * 18) & 31)
    marks |= 1 << (((bytes[end - 1]! | 0x20) + (bytes[at + (length >> 1)]! | 0x20) * 8) & 31)
    dated ||= length === 4 && isDate(bytes, at)
    end += 2
    while (end < to && KINDS[bytes[end]!] !== OTHER) end++
    if (end + 2 > to || bytes[end] !== CR || bytes[end + 1] !== LF) return null
    at = end + 2
  }
  const lines = new SharedLines(null, bits, marks)
  lines.text = text
  lines.whole = true
  lines.dated = dated
  return lines
}

function isDate(bytes: Uint8Array, at: number): boolean {
  return (
    (bytes[at]! | 0x20) === 0x64 && (bytes[at + 1]! | 0x20) === 0x61 && (bytes[at + 2]! | 0x20) === 0x74 && (bytes[at + 3]! | 0x20) === 0x65
  )
}
