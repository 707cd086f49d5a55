import type { Fields } from './fields.ts'
import { Scanner, TOKEN } from './scanner.ts'

// A host with or without port, or a pseudonym, which is a token; brackets are for IPv6 hosts.
const CDN_ID = /[!#$%&'*+.^_`|~0-9A-Za-z:[\]-]+/y

/**
 * How often the edge `id` stands in the CDN-Loop lines, case ignored, or null when a line does not parse.
 * Parameters and quoted strings are read, so that an id hidden in one does not count and a comma in one does not separate.
 * @see RFC 8586 §2
 */
export function countCdnLoop(lines: readonly string[], id: string): number | null {
  const sought = id.toLowerCase()
  let count = 0
  for (const line of lines) {
    const scanner = new Scanner(line)
    do {
      scanner.skipBlanks()
      // Empty members are allowed in any list (RFC 9110 §5.6.1.2).
      const found = scanner.take(CDN_ID)
      if (found !== null && !skipParameters(scanner)) return null
      if (found?.toLowerCase() === sought) count++
    } while (scanner.eat(','))
    if (!scanner.done) return null
  }
  return count
}

/** Adds this edge as the last member; what is there stays (RFC 8586 §2 forbids to remove or change it). */
export function appendCdnLoop(fields: Fields, id: string): void {
  const before = fields.get('cdn-loop')
  // One line: some peers look at the first line only.
  fields.set('CDN-Loop', before === undefined ? id : `${before}, ${id}`)
}

function skipParameters(scanner: Scanner): boolean {
  scanner.skipBlanks()
  while (scanner.eat(';')) {
    scanner.skipBlanks()
    if (scanner.take(TOKEN) === null || !scanner.eat('=')) return false
    if (scanner.take(TOKEN) === null && scanner.quotedString() === null) return false
    scanner.skipBlanks()
  }
  return true
}
