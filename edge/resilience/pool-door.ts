// What a request passes before a pool is asked. Each part is null where nothing is configured; all of them outlive snapshots.

import type { Bulkhead } from './bulkhead.ts'
import type { PoolBreaker } from './pool-breaker.ts'

/** The door of a pool. */
export interface PoolDoor {
  readonly breaker: PoolBreaker | null
  readonly bulkhead: PoolBulkhead | null
}

/** The bulkhead of a pool, with what its users go by. */
export interface PoolBulkhead {
  readonly of: Bulkhead
  readonly queueTimeoutMs: number
  /** Until when a slot is held. */
  readonly holdUntil: 'body' | 'head'
}

/** The breaker of one route at a pool that it asks. */
export type BreakerAt = (poolId: string) => PoolBreaker
