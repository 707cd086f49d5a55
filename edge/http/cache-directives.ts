/** One directive of a Cache-Control line. */
export interface Directive {
  /** Lower-case. */
  readonly name: string
  /** Text after `=` without quotes; '' when there is none after the `=` or it cannot be read; null when there is no `=`. */
  readonly value: string | null
  /** A blank stood before or after the `=`, which the grammar does not allow and caches read differently. */
  readonly spaced: boolean
}

const TAB = 0x09
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/**
 * Calls `take` with each directive of one line, in order; linear in the length of the line.
 *
 * Stricter and more forgiving than the grammar at once: nothing makes it give up, because what stands behind a mistake may be the
 * `no-store` or `private` that matters. A quote that is never closed ends where it began; a `;` separates as a comma does, and the
 * value before it counts as unreadable.
 * @see RFC 9111 §5.2
 */
export function readDirectives(line: string, take: (directive: Directive) => void): void {
  let at = 0
  while (at < line.length) {
    const nameEnd = endOfPart(line, at, EQUALS)
    const name = line.slice(at, nameEnd).trim().toLowerCase()
    if (line.charCodeAt(nameEnd) !== EQUALS) {
      if (name !== '') take({ name, value: null, spaced: false })
      at = nameEnd + 1
      continue
    }
    const start = skipBlanks(line, nameEnd + 1)
    const spaced = start > nameEnd + 1 || isBlank(line.charCodeAt(nameEnd - 1))
    const close = line.charCodeAt(start) === QUOTE ? closingQuote(line, start) : -1
    const end = endOfPart(line, close < 0 ? start : close + 1, COMMA)
    take({ name, value: readValue(line, start, close, end), spaced })
    at = end + 1
  }
}

function readValue(line: string, start: number, close: number, end: number): string {
  if (line.charCodeAt(end) === SEMICOLON) return ''
  if (close < 0) return line.charCodeAt(start) === QUOTE ? '' : line.slice(start, end).trimEnd()
  // `"a"b` is neither a token nor a quoted string.
  if (line.slice(close + 1, end).trim() !== '') return ''
  const inner = line.slice(start + 1, close)
  return inner.includes('\\') ? inner.replace(/\\(.)/g, '$1') : inner
}

/** Where the part that begins at `at` ends: at a comma, a semicolon, `stop`, or the end of the line. */
function endOfPart(line: string, at: number, stop: number): number {
  let end = at
  while (end < line.length) {
    const code = line.charCodeAt(end)
    if (code === COMMA || code === SEMICOLON || code === stop) break
    end++
  }
  return end
}

/** Where the quoted string that opens at `open` closes, or -1 when it never does. */
function closingQuote(line: string, open: number): number {
  for (let i = open + 1; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code === QUOTE) return i
    if (code === BACKSLASH) i++
  }
  return -1
}

function skipBlanks(line: string, at: number): number {
  let next = at
  while (isBlank(line.charCodeAt(next))) next++
  return next
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}
