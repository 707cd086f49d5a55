import type { CacheConfig } from '../contract/cache.ts'
import type { CacheControl } from '../http/cache-control.ts'
import { formatHttpDate } from '../http/date.ts'
import { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'

// Fields that were true for one exchange and would be false, or harmful, in a later one.
const OF_ONE_EXCHANGE: ReadonlySet<string> = new Set([
  // Computed anew for each answer (RFC 9111 §5.1).
  'age',
  // The framing of each answer says it; the body at hand is what counts.
  'content-length',
  // How long that exchange took, and what was then left of a limit.
  ...['server-timing', 'ratelimit', 'ratelimit-policy'],
])

/**
 * The fields of an answer as they are kept: end-to-end ones, with a Date, in strings of their own.
 * @param receivedAtMs the Date of an answer that came without one (RFC 9110 §6.6.1)
 * @param omitted further names that are not kept, lower-case; see `omittedFields`
 * @see RFC 9111 §3.1
 */
export function storedFields(fields: Fields, receivedAtMs: number, omitted: readonly string[]): Fields {
  const raw: string[] = []
  for (const [name, value] of withoutHopByHop(fields)) {
    const lower = name.toLowerCase()
    if (!OF_ONE_EXCHANGE.has(lower) && !omitted.includes(lower)) raw.push(name, value)
  }
  if (!fields.has('date')) raw.push('Date', formatHttpDate(receivedAtMs))
  return Fields.fromRaw(detached(raw))
}

/**
 * The fields of an answer that are not kept with it: those that its origin wants to be asked about each time (no-cache with a list,
 * RFC 9111 §5.2.2.4), and a cookie, which is one user's session unless the rule says that it is everyone's.
 */
export function omittedFields({ noCache }: CacheControl, { unkeyed }: Pick<CacheConfig, 'unkeyed'>): readonly string[] {
  const listed = typeof noCache === 'boolean' ? [] : noCache
  return unkeyed.setCookie === 'keep' ? listed : ['set-cookie', ...listed]
}

/**
 * The same texts, sharing nothing. A text cut out of a longer one keeps all of that alive, so a kept field of 20 bytes
 * could hold a head of 16 KB, and the level would count less than it holds.
 */
function detached(texts: readonly string[]): string[] {
  const whole = Buffer.from(texts.join(''), 'latin1')
  let at = 0
  return texts.map((text) => {
    const start = at
    at += text.length
    return whole.toString('latin1', start, at)
  })
}
