// The door of a pool: whether it is asked at all. Only requests of pools and routes that configure something pass here.
//
// Invariant: what was taken here is told or given back exactly once, whatever becomes of the request.

import type { PoolPlan } from '../config/snapshot.ts'
import { breakersOf, passing, refuseOpen } from './breaker-pass.ts'
import { slotFor } from './bulkhead-slot.ts'
import { deadlineOf } from './deadline.ts'
import type { Asked, Exchange } from './exchange.ts'
import type { PeerTask } from './peer-task.ts'
import type { Fetched } from './send-to-pool.ts'
import { tryPeers } from './try-peers.ts'
import { watchedBody } from './watched-body.ts'

/** Asks the peers of a pool if its door lets the request through. @throws EdgeError POOL_OPEN, POOL_BUSY, or what `tryPeers` throws */
export async function throughDoor<Given>(task: PeerTask<Given, Fetched>, pool: PoolPlan, asked: Asked, x: Exchange): Promise<Fetched> {
  const breakers = breakersOf(pool, asked)
  const ask = () =>
    passing(
      breakers,
      x.tools,
      () => tryPeers(task, pool, asked, x),
      ({ answer }) => answer.status,
    )
  const bulkhead = pool.door?.bulkhead ?? null
  if (bulkhead === null) return ask()
  // Who would be refused behind the queue need not wait in it.
  refuseOpen(breakers, x.tools)
  const deadlineMs = deadlineOf(pool, asked, task.draft.fields, x, x.tools.clock.monotonicMs())
  const slot = await slotFor(bulkhead, pool.id, deadlineMs, asked, x)
  try {
    const fetched = await ask()
    slot.answered(fetched.answer.status, pool.config.ejection.failureStatuses)
    const body = watchedBody(fetched.answer.body, () => slot.give())
    if (bulkhead.holdUntil === 'head') slot.give()
    return { ...fetched, answer: { ...fetched.answer, body } }
  } catch (thrown) {
    slot.failed(thrown)
    slot.give()
    // The breaker that just opened lets nobody of those in who wait.
    if (pool.door?.breaker?.told === 'open') bulkhead.of.flush()
    throw thrown
  }
}
