// Gate: routes that are not served as usual. A closed one, and one in fallback mode.

import { EdgeError } from '../base/edge-error.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import { fallbackAnswer } from './answers.ts'
import type { Answer, Exchange } from './exchange.ts'

/** The fallback of a route in fallback mode, or null when it is in service. @throws EdgeError CLOSED */
export function refuse(mode: Mode, route: RoutePlan, x: Exchange): Answer | null {
  if (mode === 'closed') throw closed(route)
  if (mode !== 'fallback') return null
  if (route.fallback === null) throw closed(route)
  return fallbackAnswer(route.fallback, route.config.degrade.retryAfterMs, x)
}

function closed(route: RoutePlan): EdgeError {
  return new EdgeError('CLOSED', { retryAfterMs: route.config.degrade.retryAfterMs })
}
