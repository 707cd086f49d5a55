// Lines of fields that many messages share, such as those of a kept answer, with what was found out about them once for all.

import type { BytesBody } from './body.ts'
import { lengthLine } from './length-line.ts'

/** Lines that several `Fields` may share; never changed once made. Only `Fields` looks into them. */
export class SharedLines {
  /** One bit per name; see `bitOf`. */
  readonly bits: number
  /** Another bit per name; see `markOf`. */
  readonly marks: number
  /** The lines as HTTP/1.1 text; null until it is asked for, and where they have none. */
  text: string | null = null
  /** Whether that is one piece: put together as it is at first, it is a tree of its parts, which each reader would walk. */
  whole = false
  /** Whether there is a Date; null until somebody asked. */
  dated: boolean | null = null
  /** The lines and a body behind them, as one text; null until the two were sent together a few times. */
  tail: string | null = null
  /** That body. */
  tailOf: BytesBody | null = null
  #raw: readonly string[] | null

  /** @param raw a flat list `[name, value, …]` that nobody changes any more; null when there is text to read it from */
  constructor(raw: readonly string[] | null, bits: number, marks: number) {
    this.#raw = raw
    this.bits = bits
    this.marks = marks
  }

  /** The flat list `[name, value, …]`. */
  get raw(): readonly string[] {
    this.#raw ??= rawOf(this.text!)
    return this.#raw
  }
}

/** What no field may hold (RFC 9110 §5.5), and characters of more than one byte, which on the wire could become such. */
const UNWRITABLE_CHARACTER = /[^\t -~\x80-\xff]/
/** No lines. */
export const NO_LINES = new SharedLines([], 0, 0)
NO_LINES.text = ''
NO_LINES.whole = true
NO_LINES.dated = false

/**
 * The bit that stands for a name, whatever its case: by its length and its first two characters. Different names may share one; the factors
 * are those by which the fewest of common names do, and not Cache-Status, which each answer is asked for, with Content-Type, which each has.
 */
export function bitOf(name: string): number {
  return bitFor(name.length, name.charCodeAt(0), name.charCodeAt(1))
}

/** The same by the parts that it hangs on. @param second 0 where a name has one character only */
export function bitFor(length: number, first: number, second: number): number {
  return 1 << ((length * 7 + (first | 0x20) * 3 + (second | 0x20) * 18) & 31)
}

/** A second bit, by its last character and its middle one: of common names, no two share both. */
export function markOf(name: string): number {
  return markFor(name.charCodeAt(name.length - 1), name.charCodeAt(name.length >> 1))
}

/** The same by the parts that it hangs on. */
export function markFor(last: number, middle: number): number {
  return 1 << (((last | 0x20) + (middle | 0x20) * 8) & 31)
}

// The same for lists, in places of their own: names from the wire are strings of another making than those in our code, and where the engine
// meets all kinds in one place, the length of a string takes it a search.
function bitsOf(raw: readonly string[]): number {
  let bits = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    bits |= bitFor(name.length, name.charCodeAt(0), name.charCodeAt(1))
  }
  return bits
}

function marksOf(raw: readonly string[]): number {
  let marks = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    marks |= markFor(name.charCodeAt(name.length - 1), name.charCodeAt(name.length >> 1))
  }
  return marks
}

/** Lines over a flat list `[name, value, …]` that nobody changes any more. @param like lines that have at least these names, where they are known */
export function sharedLines(raw: readonly string[], like: Pick<SharedLines, 'bits' | 'marks'> | null = null): SharedLines {
  return like === null ? new SharedLines(raw, bitsOf(raw), marksOf(raw)) : new SharedLines(raw, like.bits, like.marks)
}

/**
 * Lines as HTTP/1.1 text; null when one of them cannot be written. Most lines are written once, and then their text is best left in parts; who
 * comes a second time will come a thousandth time.
 */
export function textOfShared(lines: SharedLines): string | null {
  const { text, whole } = lines
  if (text !== null && whole) return text
  if (text === null && !isWritable(lines.raw)) return null
  const made = text === null ? textOf(lines.raw) : Buffer.from(text, 'latin1').toString('latin1')
  lines.whole = text !== null
  lines.text = made
  return made
}

/**
 * Lines, the length of a body, and the body, as HTTP/1.1 text that ends a message; null when a line cannot be written. Lines that were
 * written twice before become one piece with their body: what is sent a thousand times is then copied from one place.
 */
export function tailOfShared(lines: SharedLines, body: BytesBody): string | null {
  if (lines.tailOf === body) return lines.tail
  const again = lines.whole && lines.tailOf === null && lines !== NO_LINES
  const text = textOfShared(lines)
  if (text === null) return null
  const tail = `${text}${lengthLine(body.lengthBytes)}\r\n${body.text}`
  if (!again) return tail
  lines.tail = Buffer.from(tail, 'latin1').toString('latin1')
  lines.tailOf = body
  body.forgetText()
  return lines.tail
}

/** Whether all texts of a flat list may stand in a message. */
export function isWritable(raw: readonly string[]): boolean {
  for (const text of raw) if (UNWRITABLE_CHARACTER.test(text)) return false
  return true
}

/** The text of a flat list, each line with its end. */
export function textOf(raw: readonly string[]): string {
  let text = ''
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`
  return text
}

// Each text is one of its own: cut from a longer one it would be of another making than all others, and the engine, which meets both in one
// place, would have to ask each for its length.
function rawOf(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const raw: string[] = []
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(': ', at)
    const end = text.indexOf('\r\n', colon)
    raw.push(bytes.toString('latin1', at, colon), bytes.toString('latin1', colon + 2, end))
    at = end + 2
  }
  return raw
}
