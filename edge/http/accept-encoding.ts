// What an Accept-Encoding comes to: which of the codings that exist in practice a client takes. Browsers and tools write the same wish in dozens of
// ways; each would be a variant of its own, and a field to hide something in.

/** The content codings that answers come in (IANA HTTP Content Coding Registry), sorted; those of the last century are left out. */
export const KNOWN_CODINGS: readonly string[] = ['br', 'gzip', 'zstd']

/** Members that are looked at; clients send some five. */
const MAX_MEMBERS = 32
const WEIGHT = /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i

/**
 * The codings that a client takes, of those offered, in one spelling: `br, gzip`; `identity` for none of them; with `identity;q=0` at the end when it
 * refuses an answer without coding. Weights decide only what is taken at all: any of them may stand in for another (RFC 9110 §12.5.3).
 * `*` adds nothing, since who sends it seldom reads them all; a member that cannot be read is as if it were not there. Idempotent.
 * @param lines values of all Accept-Encoding lines
 * @param offered sorted, of `KNOWN_CODINGS`
 */
export function canonicalCodings(lines: readonly string[], offered: readonly string[]): string {
  const taken = new Map<string, boolean>()
  const members = lines.join(',').split(',', MAX_MEMBERS)
  for (const member of members) {
    const [written = '', ...parameters] = member.split(';')
    const name = written.trim().toLowerCase()
    const weight = parameters.map((parameter) => parameter.trim()).find((parameter) => WEIGHT.test(parameter))
    if (name === '' || (parameters.length > 0 && weight === undefined)) continue
    taken.set(name === 'x-gzip' ? 'gzip' : name, weight === undefined || Number(weight.slice(2)) > 0)
  }
  const codings = offered.filter((coding) => taken.get(coding) === true)
  // `*;q=0` refuses what is not named, identity too (§12.5.3).
  const refusesPlain = taken.get('identity') === false || (taken.get('*') === false && !taken.has('identity'))
  if (refusesPlain) return [...codings, 'identity;q=0'].join(', ')
  return codings.length === 0 ? 'identity' : codings.join(', ')
}
