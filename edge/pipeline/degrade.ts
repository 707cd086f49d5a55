// Reading stage: the mode the route is served in, by its own plan for crawlers and by the switches in force.

import type { Mode } from '../contract/degrade.ts'
import { degradeMode } from '../degrade/degrade-mode.ts'
import type { Asked, Exchange } from './exchange.ts'

/** The mode of an exchange. */
export function degrade({ client, route }: Asked, x: Exchange): Mode {
  const { mode, by } = degradeMode(
    { routeId: route.id, clientClass: client.class, config: route.config },
    x.snapshot.switches,
    x.startedAtMs,
  )
  if (mode === 'normal') return mode
  x.why.mode = mode
  x.why.switchId = by?.id ?? 'plan'
  x.tools.metrics.degraded(route.id, mode)
  return mode
}
