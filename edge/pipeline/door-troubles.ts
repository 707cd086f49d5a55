// What is not in order at the doors of pools, for the beat of a worker.

import type { Clock } from '../base/ports.ts'
import type { Registries } from '../config/registries.ts'
import { MAX_TROUBLES, type Trouble } from '../contract/trouble.ts'
import type { Bulkhead } from '../resilience/bulkhead.ts'
import type { PoolBreaker } from '../resilience/pool-breaker.ts'

/** How long a queue that refused somebody is told of. */
const TOLD_MS = 10_000

/** What is not in order at the doors of a worker. */
export function doorTroubles({ breakers, bulkheads }: Pick<Registries, 'breakers' | 'bulkheads'>, clock: Clock): Trouble[] {
  return [...breakerTroubles(breakers.entries(), clock), ...queueTroubles(bulkheads.entries(), clock)]
}

// The breakers that are not closed: by pool id, or by pool id, a space and route id.
function breakerTroubles(breakers: Iterable<readonly [string, PoolBreaker]>, clock: Clock): Trouble[] {
  const troubles: Trouble[] = []
  const nowMs = clock.monotonicMs()
  const toWall = clock.wallMs() - nowMs
  for (const [key, { breaker }] of breakers) {
    const now = breaker.state(nowMs)
    if (now.state === 'closed') continue
    if (troubles.length === MAX_TROUBLES) return troubles
    const [pool, route] = key.split(' ') as [string, string?]
    const cause = route === undefined ? now.cause : `${now.cause} (route ${route})`
    if (now.state === 'open') troubles.push({ kind: 'breaker-open', pool, cause, untilMs: Math.round(now.untilMs + toWall) })
    else troubles.push({ kind: 'breaker-half-open', pool, cause })
  }
  return troubles
}

// The bulkheads that refused somebody a moment ago.
function queueTroubles(bulkheads: Iterable<readonly [string, Bulkhead]>, clock: Clock): Trouble[] {
  const troubles: Trouble[] = []
  const nowMs = clock.monotonicMs()
  for (const [pool, { refusedAtMs, row }] of bulkheads) {
    if (nowMs - refusedAtMs >= TOLD_MS) continue
    if (troubles.length === MAX_TROUBLES) return troubles
    const untilMs = Math.round(clock.wallMs() + TOLD_MS - (nowMs - refusedAtMs))
    troubles.push({ kind: 'queue-full', pool, cause: `${row.inUse} in flight, ${row.waiting} waiting`, untilMs })
  }
  return troubles
}
