import { canonicalCodings, KNOWN_CODINGS } from '../http/accept-encoding.ts'
import { canonicalLanguages } from '../http/accept-language.ts'
import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'

/** Names that one Vary may have. An answer that depends on more is not kept: nearly every request would be a variant of its own. */
export const MAX_VARY_NAMES = 16
/** One for all, so that it lies in the caches of the processor. */
export const NO_NAMES: readonly string[] = []
/** A field name no origin has in earnest is longer than this. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/

/**
 * The fields that an answer varies by: lower-case, sorted, each once; empty without Vary. A coded answer varies by Accept-Encoding, whether
 * its origin says so or not: to a client that cannot read it, it would be a broken page.
 * @returns null when it fits no other request (`*`), names more than 16 fields, or something that is no field name
 * @see RFC 9110 §12.5.5
 */
export function varyNamesOf(fields: Fields): readonly string[] | null {
  const names = new Set<string>()
  for (const line of fields.getAll('vary')) {
    for (const member of line.split(',')) {
      const name = member.trim().toLowerCase()
      if (name === '*') return null
      if (name !== '' && !NAME.test(name)) return null
      if (name !== '') names.add(name)
    }
  }
  const coding = fields.get('content-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'identity') names.add('accept-encoding')
  if (names.size === 0) return NO_NAMES
  return names.size > MAX_VARY_NAMES ? null : [...names].sort()
}

/**
 * Which variant a request asks for: the values of the varying fields, made alike where that cannot change their meaning.
 * Two requests have the same text exactly when RFC 9111 §4.1 lets the answer to one stand for the other. Empty without Vary.
 */
export function variantOf(varyNames: readonly string[], request: Fields): string {
  let variant = ''
  for (const name of varyNames) {
    const lines = request.getAll(name)
    // §4.1: an absent field matches only an absent one; an empty one is something else. NUL cannot stand in a field.
    variant += lines.length === 0 ? `${name}\0` : `${name}:${fieldAlike(name, lines)}\0`
  }
  return variant
}

/** Whether an entry fits a request by its Vary. @see RFC 9111 §4.1 */
export function fitsRequest(entry: Pick<Entry, 'varyNames' | 'variant'>, request: Fields): boolean {
  return entry.varyNames.length === 0 || entry.variant === variantOf(entry.varyNames, request)
}

/**
 * The value of a field as variants are told apart by it: negotiated fields in one spelling for all that mean the same, the others joined and
 * with the blanks around commas evened out, as §4.1 allows where they mean nothing: in quotes they may mean something. Idempotent.
 * @param name lower-case @param lines one or more
 */
export function fieldAlike(name: string, lines: readonly string[]): string {
  if (name === 'accept-encoding') return canonicalCodings(lines, KNOWN_CODINGS)
  const languages = name === 'accept-language' ? canonicalLanguages(lines) : null
  if (languages !== null) return languages
  const joined = lines.join(',')
  if (joined.includes('"')) return joined
  const members = joined.split(',')
  for (let i = 0; i < members.length; i++) members[i] = members[i]!.trim()
  return members.join(',')
}
