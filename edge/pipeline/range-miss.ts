// What the origin is asked when a client wants a part that nothing kept can give.

import { areApart, parseRange } from '../http/range.ts'
import { hasAny } from './cache-target.ts'
import type { Asked } from './exchange.ts'

/** `part`: its range is passed on, and the answer is for this client; `whole`: the range is for us to cut; `none`: it asked for no part. */
export type RangeAsk = 'none' | 'part' | 'whole'

/** Conditions with a range that the origin judges, for this client (RFC 9110 §13.1.1, §13.1.4). */
const FOR_ORIGIN: readonly string[] = ['if-match', 'if-unmodified-since']

/**
 * What the origin is asked of a range. What was kept whole before is fetched whole again: it is within bounds, and everyone has use for it.
 * A set of ranges that an origin could be made to send a body many times over for never reaches one.
 */
export function rangeAsk({ request: { method, fields }, route, shared }: Asked, found: 'miss' | 'stale'): RangeAsk {
  if (method !== 'GET' || !fields.has('range')) return 'none'
  if (hasAny(fields, FOR_ORIGIN)) return 'part'
  const specs = parseRange(fields.get('range')!)
  if (specs === 'other-unit') return 'part'
  if (specs === null || !areApart(specs) || found === 'stale') return 'whole'
  // Where nothing that is not in the key may reach the origin, a range does not either.
  return shared.has('range') ? route.config.cache.rangeMiss : 'whole'
}
