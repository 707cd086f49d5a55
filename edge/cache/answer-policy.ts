import { type CacheControl, MAX_DELTA_SECONDS, parseCacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'
import type { Dictionary } from '../http/structured-fields.ts'
import { parseDictionary } from '../http/structured-fields-parse.ts'

/** What an answer says about keeping it, to this cache. */
export interface AnswerPolicy {
  readonly directives: CacheControl
  /** `targeted`: a field for edges spoke, so Cache-Control and Expires do not count here (RFC 9213 §2.2). */
  readonly source: 'targeted' | 'cache-control'
}

// In order of precedence; the first that is valid and not empty decides (RFC 9213 §2.2).
const TARGETED_FIELDS: readonly string[] = ['cdn-cache-control']

/** The policy of an answer for this cache. Whatever it says, Cache-Control still goes to the client unchanged. @see RFC 9213 §2 */
export function answerPolicy(fields: Fields): AnswerPolicy {
  for (const name of TARGETED_FIELDS) {
    const text = fields.get(name)
    const members = text === undefined ? null : parseDictionary(text)
    // A field that does not parse, or is empty, is as good as absent (RFC 9213 §2.1).
    if (members !== null && members.size > 0) return { directives: fromDictionary(members), source: 'targeted' }
  }
  return { directives: parseCacheControl(fields.getAll('cache-control')), source: 'cache-control' }
}

function fromDictionary(members: Dictionary): CacheControl {
  return {
    ...parseCacheControl([]),
    maxAgeSeconds: secondsOf(members, 'max-age'),
    sMaxAgeSeconds: secondsOf(members, 's-maxage'),
    staleWhileRevalidateSeconds: secondsOf(members, 'stale-while-revalidate'),
    staleIfErrorSeconds: secondsOf(members, 'stale-if-error'),
    noStore: isSet(members, 'no-store'),
    noCache: isSet(members, 'no-cache'),
    private: isSet(members, 'private'),
    public: isSet(members, 'public'),
    mustRevalidate: isSet(members, 'must-revalidate'),
    proxyRevalidate: isSet(members, 'proxy-revalidate'),
    mustUnderstand: isSet(members, 'must-understand'),
  }
}

/** A value of the wrong type is not consumed (RFC 9213 §2.1): `max-age=1.5` and `max-age="60"` say nothing. */
function secondsOf(members: Dictionary, key: string): number | null {
  const member = members.get(key)
  if (member?.kind !== 'item' || member.value.type !== 'integer' || member.value.value < 0) return null
  return Math.min(member.value.value, MAX_DELTA_SECONDS)
}

/** Set in any form but `?0`: who writes `private="x-user"` does not want the answer shared. */
function isSet(members: Dictionary, key: string): boolean {
  const member = members.get(key)
  if (member === undefined) return false
  return !(member.kind === 'item' && member.value.type === 'boolean' && !member.value.value)
}
