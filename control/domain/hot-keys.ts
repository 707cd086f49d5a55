// What is asked for most, over all edges: each edge lists its own, and the lists are added up.

import type { EdgeState } from './edge-state.ts'

/** A key that is asked for often, over all edges. */
export interface FleetHotKey {
  /** Scheme, host, path and query; what else is in the key stands behind it. */
  readonly key: string
  /** Lookups a second, those of all edges that list it. */
  readonly ratePerS: number
  /** Edges that list it. */
  readonly edges: number
}

/** The keys asked for most at the connected edges, the most wanted first. An edge lists some twenty: a key that is few everywhere is not seen. */
export function fleetHotKeys(edges: readonly EdgeState[], count: number): FleetHotKey[] {
  const sums = new Map<string, { ratePerS: number; edges: number }>()
  for (const { connection, beat } of edges) {
    if (connection.state !== 'connected') continue
    for (const { key, ratePerS } of beat?.hotKeys ?? []) {
      const sum = sums.get(key) ?? { ratePerS: 0, edges: 0 }
      sums.set(key, { ratePerS: sum.ratePerS + ratePerS, edges: sum.edges + 1 })
    }
  }
  const keys = [...sums].map(([key, sum]) => ({ key, ...sum }))
  return keys.sort((a, b) => b.ratePerS - a.ratePerS).slice(0, count)
}
