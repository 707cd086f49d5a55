// What is not in order in the pools of a worker, for its beat.

import { isEjected, isInMaintenance } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import type { Clock } from '../base/ports.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { MAX_CAUSE, MAX_TROUBLES, type Trouble, type TroubleKind } from '../contract/trouble.ts'

/** A trouble as it is found: its end is monotonic. */
interface Found {
  readonly kind: TroubleKind
  readonly cause: string
  readonly untilMs?: number
}

/** The first troubles of some pools. */
export function poolTroubles(pools: Iterable<PoolPlan>, clock: Clock): Trouble[] {
  const troubles: Trouble[] = []
  const nowMs = clock.monotonicMs()
  const toWall = clock.wallMs() - nowMs
  for (const { id, peers, panic } of pools) {
    if (panic?.holds(nowMs) === true) troubles.push({ kind: 'panic', pool: id, cause: 'too few usable peers: all are used' })
    for (const peer of peers) {
      for (const { kind, cause, untilMs } of troublesOf(peer, nowMs)) {
        if (troubles.length >= MAX_TROUBLES) return troubles.slice(0, MAX_TROUBLES)
        const until = untilMs === undefined ? {} : { untilMs: Math.round(untilMs + toWall) }
        troubles.push({ kind, pool: id, peer: peer.address, cause: cause.slice(0, MAX_CAUSE), ...until })
      }
    }
  }
  return troubles.slice(0, MAX_TROUBLES)
}

function troublesOf(peer: Peer, nowMs: number): readonly Found[] {
  const found: Found[] = []
  const { ejection } = peer
  if (isInMaintenance(peer, nowMs)) found.push({ kind: 'maintenance', cause: peer.maintenanceCause, untilMs: peer.maintenanceUntilMs })
  if (peer.health === 'unhealthy') found.push({ kind: 'unhealthy', cause: peer.healthCause })
  if (ejection.state === 'ejected' && isEjected(peer, nowMs))
    found.push({ kind: 'ejected', cause: ejection.reason?.cause ?? 'it failed', untilMs: ejection.untilMs })
  return found
}
