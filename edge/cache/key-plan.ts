// A rule of keys, compiled: what cache keys are made of, and what of a request may pass to the origin of an answer that is kept.

import type { CacheConfig } from '../contract/cache.ts'
import type { KeyValueConfig } from '../contract/cache-key.ts'
import { type KeySource, parseKeySource } from '../contract/key-source.ts'
import { KNOWN_CODINGS } from '../http/accept-encoding.ts'
import { NameList } from '../http/name-list.ts'
import type { QueryChoice } from '../http/query.ts'
import { TRACKING_COOKIES, TRACKING_PARAMETERS } from './tracking-parameters.ts'

/** Fields of our own by which the origin learns the class that is in the key; a client's are never passed on by a rule that sets them. */
export const DEVICE_FIELD = 'X-UA-Device'
/** See `DEVICE_FIELD`. */
export const CLIENT_FIELD = 'X-Client-Class'

/** A keyed field or cookie, and how its value is made alike. */
export interface KeyedValue {
  /** Lower-case for a field; as it is for a cookie. */
  readonly name: string
  /** The name as the rule writes it, for what is sent. */
  readonly written: string
  readonly take: KeyValueConfig['take']
  readonly case: KeyValueConfig['case']
  /** null tells all values apart. */
  readonly oneOf: ReadonlySet<string> | null
}

/** A rule of keys. */
export interface KeyPlan {
  /** null takes the query as it came. */
  readonly query: QueryChoice | null
  /** Fields of the shared request that are keyed: the rule's, and those of our own. */
  readonly headers: readonly KeyedValue[]
  readonly cookies: readonly KeyedValue[]
  readonly identity: Extract<KeySource, { name: string }> | null
  /** Whose answers it keeps apart from those of the same target; null for no one's. */
  readonly group: string | null
  readonly maxBytes: number
  readonly device: 'no' | 'yes'
  readonly client: 'no' | 'yes'
  readonly codings: readonly string[]
  /** The default first; empty for any. */
  readonly languages: readonly string[]
  readonly unkeyed: CacheConfig['unkeyed']
  /** Cookies that are not sent, unless they are keyed. */
  readonly droppedCookies: NameList
  /** Fields, lower-case, that are keyed or known to change nothing. */
  readonly known: ReadonlySet<string>
  /** Whether its keys hang on scheme, host and target alone. */
  readonly byTargetAlone: boolean
  /** Whether the shared request is the request as it came; see `sharedFields`. */
  readonly asItCame: boolean
}

/** Compiles the key of a rule. @param ownCookies names of cookies that the edge itself gives */
export function keyPlan(
  { key, vary, unkeyed }: Pick<CacheConfig, 'key' | 'vary' | 'unkeyed'>,
  ownCookies: readonly string[] = [],
): KeyPlan {
  const headers = valuesOf(key.headers).map((value) => ({ ...value, name: value.name.toLowerCase() }))
  const cookies = valuesOf(key.cookies)
  if (key.device === 'yes') headers.push(whole(DEVICE_FIELD))
  if (key.client === 'yes') headers.push(whole(CLIENT_FIELD))
  const identity = key.identity === 'none' ? null : (parseKeySource(key.identity) as Extract<KeySource, { name: string }>)
  const byTargetAlone = headers.length === 0 && cookies.length === 0 && identity === null
  const strips = unkeyed.headers === 'strip' || unkeyed.cookies === 'strip' || unkeyed.trackingCookies === 'drop' || ownCookies.length > 0
  return {
    asItCame: byTargetAlone && !strips && vary.codings.length === KNOWN_CODINGS.length && vary.languages.length === 0,
    query: queryChoice(key),
    headers,
    cookies,
    identity,
    group: null,
    maxBytes: key.maxBytes,
    device: key.device,
    client: key.client,
    codings: [...vary.codings].sort(),
    languages: vary.languages,
    unkeyed,
    droppedCookies: new NameList(unkeyed.trackingCookies === 'drop' ? [...TRACKING_COOKIES, ...ownCookies] : ownCookies),
    known: new Set([...headers.map(({ name }) => name), ...unkeyed.named.map((name) => name.toLowerCase()), ...identityField(identity)]),
    byTargetAlone,
  }
}

function valuesOf(values: Readonly<Record<string, KeyValueConfig>>): KeyedValue[] {
  return Object.entries(values).map(([name, { take, case: letters, oneOf }]) => {
    const told = letters === 'lower' ? oneOf.map((value) => value.toLowerCase()) : oneOf
    return { name, written: name, take, case: letters, oneOf: told.length === 0 ? null : new Set(told) }
  })
}

function whole(name: string): KeyedValue {
  return { name: name.toLowerCase(), written: name, take: 'whole', case: 'kept', oneOf: null }
}

function identityField(identity: KeyPlan['identity']): readonly string[] {
  return identity?.kind === 'header' ? [identity.name] : []
}

function queryChoice({ query, listedQuery, dropQuery, tracking, queryOrder }: CacheConfig['key']): QueryChoice | null {
  const drop = new NameList(tracking === 'drop' ? [...dropQuery, ...TRACKING_PARAMETERS] : dropQuery)
  if (query === 'all' && drop.isEmpty && queryOrder === 'kept') return null
  const listed = query === 'all' ? null : new NameList(query === 'none' ? [] : listedQuery)
  return { listed, drop, order: queryOrder }
}
