import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'

/** Names that one Vary may have. An answer that depends on more is not kept: nearly every request would be a variant of its own. */
export const MAX_VARY_NAMES = 16

/**
 * The fields that an answer varies by: lower-case, sorted, each once; empty without Vary.
 * @returns null when it fits no other request (`*`), or names more than 16 fields
 * @see RFC 9110 §12.5.5
 */
export function varyNamesOf(fields: Fields): readonly string[] | null {
  const names = new Set<string>()
  for (const line of fields.getAll('vary')) {
    for (const member of line.split(',')) {
      const name = member.trim().toLowerCase()
      if (name === '*') return null
      if (name !== '') names.add(name)
    }
  }
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
    variant += lines.length === 0 ? `${name}\0` : `${name}:${normalized(name, lines)}\0`
  }
  return variant
}

/** Whether an entry fits a request by its Vary. @see RFC 9111 §4.1 */
export function fitsRequest(entry: Pick<Entry, 'varyNames' | 'variant'>, request: Fields): boolean {
  return entry.varyNames.length === 0 || entry.variant === variantOf(entry.varyNames, request)
}

/** Lines joined, and blanks around commas evened out, as §4.1 allows where they mean nothing: in quotes they may mean something. */
function normalized(name: string, lines: readonly string[]): string {
  const joined = lines.join(',')
  if (joined.includes('"')) return joined
  const members = joined.split(',')
  for (let i = 0; i < members.length; i++) members[i] = members[i]!.trim()
  if (name !== 'accept-encoding') return members.join(',')
  // Codings know neither case nor order (RFC 9110 §12.5.3), and browsers differ in both: fewer variants, more hits.
  const codings = members.map((member) => member.replace(/[ \t]+/g, '').toLowerCase()).filter((member) => member !== '')
  return codings.sort().join(',')
}
