// What is known of how fast a pool answers lives on from revision to revision: else each would be a while without hedges.

import type { PoolConfig } from '../contract/pool.ts'
import { Hedges } from '../resilience/hedges.ts'
import type { Registries } from './registries.ts'

/** How slow reads of a pool are asked of a second peer; null when they are not. */
export function hedgesOf(poolId: string, { hedge }: PoolConfig, registries: Registries): Hedges | null {
  if (hedge === undefined) return null
  const known = registries.hedges.get(poolId)
  if (known !== undefined) {
    known.rule = hedge
    return known
  }
  const hedges = new Hedges(hedge)
  registries.hedges.set(poolId, hedges)
  return hedges
}
