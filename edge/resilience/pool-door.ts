// What a request passes before a pool is asked. Each part is null where nothing is configured; all of them outlive snapshots.

import type { PoolBreaker } from './pool-breaker.ts'

/** The door of a pool. */
export interface PoolDoor {
  readonly breaker: PoolBreaker | null
}

/** The breaker of one route at a pool that it asks. */
export type BreakerAt = (poolId: string) => PoolBreaker
