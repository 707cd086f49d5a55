import type { ClientClass } from '../contract/client.ts'
import { MODE_SEVERITY, type Mode } from '../contract/degrade.ts'
import type { RouteConfig } from '../contract/route.ts'
import { type Degradation, NORMAL, type SwitchIndex } from './switch-index.ts'

/** A route and who asks for it. */
export interface DegradeInput {
  readonly routeId: string
  readonly clientClass: ClientClass
  /** The route's own rules, looked at for crawlers alone. */
  readonly config: Pick<RouteConfig, 'degrade'>
}

// One per mode, so that a request pays for none.
const PLANNED: Readonly<Record<Mode, Degradation>> = {
  normal: NORMAL,
  'cache-only': { mode: 'cache-only', by: null },
  static: { mode: 'static', by: null },
  fallback: { mode: 'fallback', by: null },
  closed: { mode: 'closed', by: null },
}

/**
 * The mode that a request is served in: the severer of what switches say and what the route plans for crawlers.
 * When both say the same the switch is named, as it comes with a reason; `by` is null in a mode that the route itself planned.
 * @param nowMs wall clock
 */
export function degradeMode(input: DegradeInput, switches: SwitchIndex, nowMs: number): Degradation {
  const switched = switches.modeOf(input.routeId, input.clientClass, nowMs)
  const planned = input.clientClass === 'crawler' ? input.config.degrade.crawlers : 'normal'
  return MODE_SEVERITY[planned] > MODE_SEVERITY[switched.mode] ? PLANNED[planned] : switched
}
