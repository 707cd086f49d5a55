// Field lines that lie in bytes as HTTP/1.1 has them, such as those of an answer that was kept elsewhere. Their bits are found in one pass; the
// list of names and values is only made for who asks for it, and most never do.

import { COLON, CR, IS_TOKEN, IS_VALUE, LF, SP } from '../base/octets.ts'
import { bitFor, markFor, SharedLines } from './shared-lines.ts'

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
    while (end < to && IS_TOKEN[bytes[end]!] === 1) end++
    const length = end - at
    if (length === 0 || bytes[end] !== COLON || bytes[end + 1] !== SP) return null
    bits |= bitFor(length, bytes[at]!, length === 1 ? 0 : bytes[at + 1]!)
    marks |= markFor(bytes[end - 1]!, bytes[at + (length >> 1)]!)
    dated ||= length === 4 && isDate(bytes, at)
    end += 2
    while (end < to && IS_VALUE[bytes[end]!] === 1) end++
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
