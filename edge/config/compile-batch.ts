// How reads of single items of a route are collected.

import type { RouteConfig } from '../contract/route.ts'
import type { BatchPlan } from './snapshot.ts'

/** Fields that an edge makes of a client for the key and the origin. */
const MADE_FOR_KEYS: readonly string[] = ['x-ua-device', 'x-client-class']

/** How they are collected; null when they are not. */
export function batchPlan({ batch, cache }: RouteConfig): BatchPlan | null {
  if (batch === undefined) return null
  const { headers, device } = cache.key
  // What tells answers apart in the cache must be seen by who makes them.
  const keyed = [...Object.keys(headers), ...MADE_FOR_KEYS, ...(device === 'yes' ? ['user-agent'] : [])]
  return { config: batch, fields: [...new Set([...batch.fields, ...keyed].map((name) => name.toLowerCase()))] }
}
