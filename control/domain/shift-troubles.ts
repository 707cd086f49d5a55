// What of shifts an operator must see: a canary that came back, and one that goes no further.

import type { Site } from '../../edge/contract/site.ts'
import type { TroubleKind } from '../../edge/contract/trouble.ts'
import type { FleetTrouble } from './fleet-troubles.ts'
import type { Shift } from './shift.ts'
import type { ShiftView } from './shift-view.ts'

/** The troubles of shifts that are judged. @param nowMs wall clock */
export function shiftTroubles(shifts: readonly (Shift & Pick<ShiftView, 'told'>)[], site: Site | null, nowMs: number): FleetTrouble[] {
  return shifts.flatMap((shift) => {
    const kind = kindOf(shift, nowMs)
    const pool = site?.routes[shift.route]?.split?.groups[shift.group]?.pool
    return kind === null || pool === undefined
      ? []
      : [{ kind, pool, cause: `route ${shift.route}: ${shift.told}`.slice(0, 256), edges: [] }]
  })
}

function kindOf({ stage, stepMs, limits }: Shift, nowMs: number): TroubleKind | null {
  if (limits === null || stage.state === 'done') return null
  if ('because' in stage) return 'canary-returned'
  return stage.state === 'paused' || nowMs - stage.sinceMs >= stepMs ? 'canary-held' : null
}
