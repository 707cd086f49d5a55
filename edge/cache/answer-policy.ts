import type { CacheConfig } from '../contract/cache.ts'
import { type CacheControl, MAX_DELTA_SECONDS, parseCacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'
import type { Dictionary } from '../http/structured-fields.ts'
import { parseDictionary } from '../http/structured-fields-parse.ts'

/** The name by which Surrogate-Control speaks to this cache, and which Surrogate-Capability tells origins. */
export const SURROGATE_NAME = 'weir'

/** What an answer says about keeping it, to this cache. */
export interface AnswerPolicy {
  readonly directives: CacheControl
  /** `targeted`: a field for edges spoke, so Cache-Control and Expires do not count here (RFC 9213 §2.2). */
  readonly source: 'targeted' | 'cache-control'
}

/** Older than RFC 9213 and no structured field: its names know no case, and a directive may be for another surrogate. */
const SURROGATE_CONTROL = 'surrogate-control'

/**
 * The policy of an answer for this cache. Whatever it says, Cache-Control still goes to the client unchanged.
 * @param rule its targeted fields in order of precedence: the first that is valid and not empty decides (RFC 9213 §2.2)
 */
export function answerPolicy(fields: Fields, rule: Pick<CacheConfig, 'targetedFields'>): AnswerPolicy {
  for (const named of rule.targetedFields) {
    const name = named.toLowerCase()
    const text = fields.get(name)
    const directives = text === undefined ? null : name === SURROGATE_CONTROL ? fromSurrogate(text) : fromTargeted(text)
    if (directives !== null) return { directives, source: 'targeted' }
  }
  return { directives: parseCacheControl(fields.getAll('cache-control')), source: 'cache-control' }
}

/** A field that does not parse, or is empty, is as good as absent (RFC 9213 §2.1). */
function fromTargeted(text: string): CacheControl | null {
  const members = parseDictionary(text)
  return members === null || members.size === 0 ? null : fromDictionary(members)
}

/** A directive with a target behind it is for the surrogate of that name, unless it is the one that every Weir answers to. */
function fromSurrogate(text: string): CacheControl | null {
  const ours = text
    .split(',')
    .map((directive) => directive.split(';').map((part) => part.trim()))
    .filter(([, target]) => target === undefined || target === SURROGATE_NAME)
    .map(([directive]) => directive)
  return ours.length === 0 ? null : parseCacheControl([ours.join(',')])
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
