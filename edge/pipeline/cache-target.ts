// What a request is to the cache: under which key it is looked up, or why the cache has no part in it.

import { cacheKey } from '../cache/cache-key.ts'
import type { Spot } from '../cache/level.ts'
import type { KnownTarget } from '../config/target-memo.ts'
import type { Fields } from '../http/fields.ts'
import type { Asked, Exchange } from './exchange.ts'
import { keptQuery } from './origin-request.ts'

/** Fields by which a GET can mean something else at some origins; what they bring back is nobody else's. */
export const OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-method']

/** The key under which a GET of this target is kept; by the scheme that the client used, since origins redirect by it. */
export function keyOfTarget({ request, client, route, shared }: Asked): string {
  const { authority: host, path, known } = request
  const { scheme } = client
  const rule = route.key
  if (known.key !== null && known.keyRule === rule && known.keyHost === host && known.keyScheme === scheme) return known.key
  const key = cacheKey({ scheme, host, path, query: keptQuery(request, route), fields: shared }, rule)
  if (rule.byTargetAlone && key.length <= rule.maxBytes) remember(known, { scheme, host, rule, key })
  return key
}

function remember(
  known: KnownTarget,
  by: { readonly scheme: string; readonly host: string; readonly rule: object; readonly key: string },
): void {
  known.key = by.key
  known.keyScheme = by.scheme
  known.keyHost = by.host
  known.keyRule = by.rule
  known.held = null
  known.far = null
}

/** Whether a key is longer than its rule allows; what is remembered is not. */
export function isTooLong(key: string, { request, route }: Asked): boolean {
  return key !== request.known.key && key.length > route.key.maxBytes
}

/** Where the levels keep a key, when that is remembered beside the target. */
export function spotOf({ request: { known } }: Asked, key: string): Spot | null {
  return known.key === key ? known : null
}

/** Why the cache has no part in a request; null when it has. */
export function bypassReason({ request, route }: Asked, x: Exchange): 'method' | 'bypass' | null {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method'
  if (!route.stores) return 'bypass'
  // A GET with a body, or one that asks to be taken for another method, is not what its key says.
  return x.incoming.body !== null || hasAny(request.fields, OVERRIDES) ? 'bypass' : null
}

/** Whether a request has one of these fields. @param names lower-case */
export function hasAny(fields: Fields, names: readonly string[]): boolean {
  for (const name of names) if (fields.has(name)) return true
  return false
}
