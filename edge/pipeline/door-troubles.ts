// What is not in order at the doors of pools, for the beat of a worker.

import type { Clock } from '../base/ports.ts'
import { MAX_TROUBLES, type Trouble } from '../contract/trouble.ts'
import type { PoolBreaker } from '../resilience/pool-breaker.ts'

/** The breakers that are not closed. @param breakers by pool id, or by pool id, a space and route id */
export function breakerTroubles(breakers: Iterable<readonly [string, PoolBreaker]>, clock: Clock): Trouble[] {
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
