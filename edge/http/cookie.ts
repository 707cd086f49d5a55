/** Cookies of a request that are looked at; one behind the 512th is as if it were not sent. */
export const MAX_COOKIES = 512

/**
 * The value of the first cookie of that name, or undefined. Case-sensitive; not decoded; quotes around it are taken off.
 * Tolerant as servers are: what is not `name=value` is passed over, and a cookie's own value may hold any `=`.
 * @param lines values of all Cookie lines (HTTP/2 may split them, RFC 9113 §8.2.3)
 * @see RFC 6265 §4.2, §5.4
 */
export function cookieValue(lines: readonly string[], name: string): string | undefined {
  let seen = 0
  for (const line of lines) {
    for (let start = 0; start < line.length && seen < MAX_COOKIES; seen++) {
      const semicolon = line.indexOf(';', start)
      const end = semicolon < 0 ? line.length : semicolon
      const value = valueAt(line, start, end, name)
      if (value !== undefined) return value
      start = end + 1
    }
  }
  return undefined
}

function valueAt(line: string, start: number, end: number, name: string): string | undefined {
  let at = start
  while (at < end && isBlank(line.charCodeAt(at))) at++
  // Looks only where the name must stand: a search for `=` would run through the whole line for each cookie that has none.
  const equals = at + name.length
  if (equals >= end || line.charCodeAt(equals) !== 0x3d || !line.startsWith(name, at)) return undefined
  const value = line.slice(equals + 1, end).trim()
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/**
 * The cookies of a request in order, each with its name and its text as it came; what has no `=` is all name. At most 512.
 * @param lines values of all Cookie lines
 */
export function cookiePairs(lines: readonly string[]): [name: string, pair: string][] {
  const pairs: [string, string][] = []
  for (const line of lines) {
    for (const part of line.split(';', MAX_COOKIES)) {
      const pair = part.trim()
      const equals = pair.indexOf('=')
      if (pair !== '' && pairs.length < MAX_COOKIES) pairs.push([(equals < 0 ? pair : pair.slice(0, equals)).trimEnd(), pair])
    }
  }
  return pairs
}
