// Gate: routes that always answer from configuration. It stands behind the limits, which count every request of a route.

import type { RoutePlan } from '../config/snapshot.ts'
import { fallbackAnswer } from './answers.ts'
import type { Answer, Exchange } from './exchange.ts'

/** The answer that a route has in its configuration, or null when it has a pool to ask. */
export function configured(route: RoutePlan, x: Exchange): Answer | null {
  return route.respond === null ? null : fallbackAnswer(route.respond, route.config.degrade.retryAfterMs, x)
}
