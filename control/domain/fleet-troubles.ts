// What is not in order in the pools, over all edges.

import { laterOf, type Trouble, troubleKey } from '../../edge/contract/trouble.ts'
import type { EdgeState } from './edge-state.ts'

/** A trouble, and where it is seen. */
export interface FleetTrouble extends Trouble {
  /** The edges that see it, by id. */
  readonly edges: readonly string[]
}

/** The troubles that connected edges see: each once, those that most edges see first. */
export function fleetTroubles(edges: readonly EdgeState[]): FleetTrouble[] {
  const seen = new Map<string, { trouble: Trouble; edges: string[] }>()
  for (const { edgeId, connection, beat } of edges) {
    if (connection.state !== 'connected') continue
    for (const trouble of beat?.troubles ?? []) {
      const key = troubleKey(trouble)
      const known = seen.get(key)
      if (known === undefined) seen.set(key, { trouble, edges: [edgeId] })
      else {
        known.edges.push(edgeId)
        known.trouble = laterOf(known.trouble, trouble)
      }
    }
  }
  const all = [...seen.values()].map(({ trouble, edges: where }) => ({ ...trouble, edges: where }))
  return all.sort((a, b) => b.edges.length - a.edges.length || (a.pool < b.pool ? -1 : a.pool > b.pool ? 1 : 0))
}
