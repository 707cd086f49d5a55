// The key of a request as people are told it: whole, and part by part, with what would keep its answer from being kept for others.

import { addedParts } from '../cache/cache-key.ts'
import { hasUnkeyedCookie } from '../cache/shareable.ts'
import { unkeyedField } from '../cache/unkeyed.ts'
import { bypassReason, keyOfTarget } from './cache-target.ts'
import type { Asked, Exchange } from './exchange.ts'
import { keptQuery } from './origin-request.ts'

/** What a request is to the cache. */
export interface ToldKey {
  readonly store: string
  readonly key: string
  /** In the order of the key. `value` is null for what the request does not have; of who asks there is a digest only. */
  readonly parts: readonly { readonly part: string; readonly value: string | null }[]
  /** Why the cache has no part in it; null when it has. */
  readonly bypass: 'method' | 'bypass' | 'key' | null
  /** A field for whose sake its answer is kept only if Vary names it (or, of cookies, its origin says it is for everyone); null for none. */
  readonly unkeyed: string | null
}

/** What a request is to the cache. */
export function toldKey(asked: Asked, x: Exchange): ToldKey {
  const { request, client, route, shared } = asked
  const key = keyOfTarget(asked)
  const added = addedParts(shared, route.key).map(({ kind, name, value }) => ({ part: `${kind} ${name}`, value: value ?? null }))
  if (route.key.group !== null) added.push({ part: 'group', value: route.key.group })
  const target = { scheme: client.scheme, host: request.authority, path: request.path, query: keptQuery(request, route) }
  return {
    store: route.config.cache.store,
    // Keys part their members by NUL, which no terminal shows.
    key: key.replaceAll('\0', ' '),
    parts: [...Object.entries(target).map(([part, value]) => ({ part, value })), ...added],
    bypass: bypassReason(asked, x) ?? (key.length > route.key.maxBytes ? 'key' : null),
    unkeyed: unkeyedField(shared, route.key, []) ?? (hasUnkeyedCookie(shared, route.key) ? 'cookie' : null),
  }
}
