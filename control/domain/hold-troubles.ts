// What of discovery an operator must see: peers that only a hold keeps, and pools of whose peers nobody hears any more.

import { serviceKey } from '../../edge/contract/discover.ts'
import type { Site } from '../../edge/contract/site.ts'
import { MAX_CAUSE } from '../../edge/contract/trouble.ts'
import type { ServiceReport } from './endpoint-source.ts'
import type { FleetTrouble } from './fleet-troubles.ts'

/** The troubles of what pools discover; no edge sees them, the control plane does. */
export function holdTroubles(site: Site | null, reports: readonly ServiceReport[]): FleetTrouble[] {
  const byService = new Map(reports.map((report) => [report.service, report]))
  return Object.entries(site?.pools ?? {}).flatMap(([pool, { discover }]) => {
    const report = discover && byService.get(serviceKey(discover))
    return report ? troubleOf(pool, report) : []
  })
}

function troubleOf(pool: string, { service, hold, lastError, failing }: ServiceReport): FleetTrouble[] {
  if (hold === null && !failing) return []
  const cause = `${service}: ${lastError ?? ''}`.slice(0, MAX_CAUSE)
  if (hold === null) return [{ kind: 'discovery-away', pool, cause, edges: [] }]
  return [{ kind: 'discovery-held', pool, cause, edges: [], ...(hold.untilMs === null ? {} : { untilMs: hold.untilMs }) }]
}
