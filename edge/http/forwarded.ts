import { type Address, formatAddress, parseAddress } from './address.ts'
import { Scanner, TOKEN } from './scanner.ts'

/** One hop of a Forwarded field; what it does not say is absent. @see RFC 7239 §4 */
export interface ForwardedElement {
  /** Node that made the request: an address with or without port, `unknown`, or an obfuscated name. */
  readonly for?: string
  /** Node that took the request. */
  readonly by?: string
  /** Host field as the hop received it. */
  readonly host?: string
  /** `http` or `https`, as written. */
  readonly proto?: string
}

/** Hops that are read. No honest chain is longer, and walking one costs work for each. */
export const MAX_FORWARDED_ELEMENTS = 64

type Name = keyof ForwardedElement
const NAMES: readonly Name[] = ['for', 'by', 'host', 'proto']
const WHOLE_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const QUOTABLE = /^[\t -~\x80-\xff]*$/

/**
 * The hops of all Forwarded lines, the farthest first, or null for a malformed field or more than 64 hops.
 * One fault spoils the whole field: half of a chain names the wrong client. Unknown parameters are checked and left out.
 * @see RFC 7239 §4
 */
export function parseForwarded(lines: readonly string[]): ForwardedElement[] | null {
  const elements: ForwardedElement[] = []
  for (const line of lines) {
    const scanner = new Scanner(line)
    do {
      const element = readElement(scanner)
      if (element === null) return null
      if (element !== 'empty' && elements.push(element) > MAX_FORWARDED_ELEMENTS) return null
    } while (scanner.eat(','))
    if (!scanner.done) return null
  }
  return elements
}

/**
 * One element as text. Values are quoted where they must be, so an IPv6 node becomes `for="[2001:db8::1]"`.
 * A value with control bytes is left out, as no quoting can carry it.
 */
export function formatForwardedElement(element: ForwardedElement): string {
  let text = ''
  for (const name of NAMES) {
    const value = element[name]
    if (value === undefined) continue
    const written = WHOLE_TOKEN.test(value) ? value : QUOTABLE.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : null
    if (written !== null) text += text === '' ? `${name}=${written}` : `;${name}=${written}`
  }
  return text
}

/** The node text of an address: IPv6 in brackets. @see RFC 7239 §6 */
export function forwardedNode(address: Address): string {
  return address.family === 4 ? formatAddress(address) : `[${formatAddress(address)}]`
}

/** The address in a node of Forwarded or X-Forwarded-For, its port dropped; null for `unknown`, obfuscated and malformed nodes. */
export function nodeAddress(node: string): Address | null {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::[0-9A-Za-z._-]+)?$/.exec(node)
  if (bracketed !== null) return bracketed[1]!.includes(':') ? parseAddress(bracketed[1]!) : null
  const withPort = /^([0-9.]+):[0-9A-Za-z._-]+$/.exec(node)
  return parseAddress(withPort === null ? node : withPort[1]!)
}

/**
 * The nodes of all X-Forwarded-For lines, the farthest first; empty members are left out. Not validated: see `nodeAddress`.
 * Of more than 64 the last 64 are given, those nearest to us: the walk goes from the right, and the left end is anyone's invention.
 */
export function parseXForwardedFor(lines: readonly string[]): string[] {
  const nodes: string[] = []
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!
    for (let end = line.length; end >= 0; ) {
      const comma = end === 0 ? -1 : line.lastIndexOf(',', end - 1)
      const node = line.slice(comma + 1, end).trim()
      if (node !== '' && nodes.push(node) === MAX_FORWARDED_ELEMENTS) return nodes.reverse()
      end = comma
    }
  }
  return nodes.reverse()
}

/** Pairs up to the next comma or the end. Blanks around `;` are not in the grammar, but common and harmless. */
function readElement(scanner: Scanner): ForwardedElement | 'empty' | null {
  const element: { -readonly [N in Name]?: string } = {}
  const seen = new Set<string>()
  for (;;) {
    scanner.skipBlanks()
    const name = scanner.take(TOKEN)?.toLowerCase()
    if (name !== undefined) {
      const value = scanner.eat('=') ? (scanner.take(TOKEN) ?? scanner.quotedString()) : null
      // Each parameter at most once per element (RFC 7239 §4).
      if (value === null || seen.has(name)) return null
      seen.add(name)
      const known = NAMES.find((candidate) => candidate === name)
      if (known !== undefined) element[known] = value
      scanner.skipBlanks()
    }
    if (!scanner.eat(';')) return seen.size === 0 ? 'empty' : element
  }
}
