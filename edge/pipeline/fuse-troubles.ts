// Canaries that this worker sends nobody to, for its beat.

import type { Snapshot } from '../config/snapshot.ts'
import type { Trouble } from '../contract/trouble.ts'
import type { GroupTally } from '../traffic/group-tally.ts'
import { sharesOf } from './split.ts'

/** The canaries whose fuse blew under the shares in force. @param nowMs wall clock */
export function fuseTroubles(tallies: Iterable<readonly [string, GroupTally]>, snapshot: Snapshot, nowMs: number): Trouble[] {
  const troubles: Trouble[] = []
  for (const [, { route, group, fuse }] of tallies) {
    const plan = snapshot.plans.get(route)
    if (plan === undefined || plan.split === null) continue
    const pool = plan.split.groups.find(({ id }) => id === group)?.plan.pool ?? null
    const because = fuse.why(sharesOf(plan, plan.split, { snapshot, startedAtMs: nowMs }))
    if (because === null || pool === null) continue
    troubles.push({ kind: 'canary-returned', pool, cause: `route ${route}: ${because}`.slice(0, 256) })
  }
  return troubles
}
