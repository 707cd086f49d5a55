// The door of a pool: whether it is asked at all. Only requests of pools and routes that configure something pass here.
//
// Invariant: what was taken here is told or given back exactly once, whatever becomes of the request.

import type { PoolPlan } from '../config/snapshot.ts'
import { breakersOf, passing } from './breaker-pass.ts'
import type { Asked, Exchange } from './exchange.ts'
import type { PeerTask } from './peer-task.ts'
import type { Fetched } from './send-to-pool.ts'
import { tryPeers } from './try-peers.ts'

/** Asks the peers of a pool if its door lets the request through. @throws EdgeError POOL_OPEN, or what `tryPeers` throws */
export function throughDoor<Given>(task: PeerTask<Given, Fetched>, pool: PoolPlan, asked: Asked, x: Exchange): Promise<Fetched> {
  const ask = () => tryPeers(task, pool, asked, x)
  return passing(breakersOf(pool, asked), x.tools, ask, ({ answer }) => answer.status)
}
