import { Scanner } from './scanner.ts'
import {
  type BareItem,
  boolean,
  bytes,
  type Dictionary,
  type InnerList,
  type Item,
  type ItemParameters,
  MAX_MEMBERS,
  type Member,
} from './structured-fields.ts'

// A parse succeeds whole or fails whole: half a policy is worse than none (RFC 9651 §4.2). Failure is null, from the innermost
// reader outwards. Each reader reads forward only, so the cost is linear in the length of the field.

const KEY = /[a-z*][a-z0-9_.*-]*/y
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?/y
const STRING = /"[ !#-[\]-~]*(?:\\["\\][ !#-[\]-~]*)*"/y
const SF_TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y
const BYTES = /:[A-Za-z0-9+/=]*:/y

/** The Item that a field value is, or null when it is none. @param text all lines joined by `, ` @see RFC 9651 §4.2.3 */
export function parseItem(text: string): Item | null {
  return parseWhole(text, readItem)
}

/** The members of a List field; empty for an empty value, null when it does not parse. @see RFC 9651 §4.2.1 */
export function parseList(text: string): readonly Member[] | null {
  return parseWhole(text, (scanner) => {
    const members: Member[] = []
    const read = eachMember(scanner, () => {
      const member = readMember(scanner)
      return member !== null && members.push(member) <= MAX_MEMBERS
    })
    return read ? members : null
  })
}

/** The members of a Dictionary field; of a repeated key the last holds; null when it does not parse. @see RFC 9651 §4.2.2 */
export function parseDictionary(text: string): Dictionary | null {
  return parseWhole(text, (scanner) => {
    const members = new Map<string, Member>()
    const read = eachMember(scanner, () => {
      const key = scanner.take(KEY)
      const member = key === null ? null : scanner.eat('=') ? readMember(scanner) : readTrueMember(scanner)
      if (key === null || member === null) return false
      return members.set(key, member).size <= MAX_MEMBERS
    })
    return read ? members : null
  })
}

function parseWhole<T>(text: string, read: (scanner: Scanner) => T | null): T | null {
  const scanner = new Scanner(text)
  scanner.skipSpaces()
  const value = read(scanner)
  scanner.skipSpaces()
  return scanner.done ? value : null
}

/** Reads members between commas until the end; false when one is not read or a comma has nothing behind it. */
function eachMember(scanner: Scanner, read: () => boolean): boolean {
  if (scanner.done) return true
  for (;;) {
    if (!read()) return false
    scanner.skipBlanks()
    if (scanner.done) return true
    if (!scanner.eat(',')) return false
    scanner.skipBlanks()
    if (scanner.done) return false
  }
}

function readMember(scanner: Scanner): Member | null {
  return scanner.next === '(' ? readInnerList(scanner) : readItem(scanner)
}

function readTrueMember(scanner: Scanner): Item | null {
  const parameters = readParameters(scanner)
  return parameters === null ? null : { kind: 'item', value: boolean(true), parameters }
}

function readInnerList(scanner: Scanner): InnerList | null {
  const items: Item[] = []
  scanner.eat('(')
  for (;;) {
    scanner.skipSpaces()
    if (scanner.eat(')')) break
    const item = readItem(scanner)
    if (item === null || items.push(item) > MAX_MEMBERS) return null
    if (scanner.next !== ' ' && scanner.next !== ')') return null
  }
  const parameters = readParameters(scanner)
  return parameters === null ? null : { kind: 'inner-list', items, parameters }
}

function readItem(scanner: Scanner): Item | null {
  const value = readBareItem(scanner)
  const parameters = value === null ? null : readParameters(scanner)
  return value === null || parameters === null ? null : { kind: 'item', value, parameters }
}

const NO_PARAMETERS: ItemParameters = new Map()

function readParameters(scanner: Scanner): ItemParameters | null {
  if (scanner.next !== ';') return NO_PARAMETERS
  const parameters = new Map<string, BareItem>()
  while (scanner.eat(';')) {
    scanner.skipSpaces()
    const key = scanner.take(KEY)
    const value = key === null ? null : scanner.eat('=') ? readBareItem(scanner) : boolean(true)
    if (key === null || value === null) return null
    if (parameters.set(key, value).size > MAX_MEMBERS) return null
  }
  return parameters
}

/** What an item is shows in its first character (RFC 9651 §4.2.3.1). */
function readBareItem(scanner: Scanner): BareItem | null {
  const first = scanner.next
  if (first === '"') return readString(scanner)
  if (first === ':') return readBytes(scanner)
  if (first === '?') return readBoolean(scanner)
  if (first === '-' || (first >= '0' && first <= '9')) return readNumber(scanner)
  const value = scanner.take(SF_TOKEN)
  return value === null ? null : { type: 'token', value }
}

function readString(scanner: Scanner): BareItem | null {
  const quoted = scanner.take(STRING)
  return quoted === null ? null : { type: 'string', value: quoted.slice(1, -1).replace(/\\(.)/g, '$1') }
}

function readNumber(scanner: Scanner): BareItem | null {
  const text = scanner.take(NUMBER)
  if (text === null) return null
  const [whole = '', fraction] = text.replace('-', '').split('.')
  if (fraction === undefined) return whole.length > 15 ? null : { type: 'integer', value: Number(text) }
  return whole.length > 12 || fraction.length > 3 ? null : { type: 'decimal', value: Number(text) }
}

function readBoolean(scanner: Scanner): BareItem | null {
  scanner.eat('?')
  if (scanner.eat('1')) return boolean(true)
  return scanner.eat('0') ? boolean(false) : null
}

function readBytes(scanner: Scanner): BareItem | null {
  const quoted = scanner.take(BYTES)
  if (quoted === null) return null
  try {
    // Loose by default: missing padding is no failure (RFC 9651 §4.2.7).
    return bytes(Uint8Array.fromBase64(quoted.slice(1, -1)))
  } catch {
    return null
  }
}
