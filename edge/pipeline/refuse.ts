// Gate: what needs no origin at all. A closed route, a route in fallback mode, and a route that always answers from configuration.

import { EdgeError } from '../base/edge-error.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import { fallbackAnswer } from './answers.ts'
import type { Answer } from './exchange.ts'

/** An answer from configuration, or null when the origin may be asked. @throws EdgeError CLOSED */
export function refuse(mode: Mode, route: RoutePlan): Answer | null {
  if (mode === 'closed') throw closed(route)
  if (mode === 'fallback') {
    if (route.fallback === null) throw closed(route)
    return fallbackAnswer(route.fallback, route.config.degrade.retryAfterMs)
  }
  return route.respond === null ? null : fallbackAnswer(route.respond, route.config.degrade.retryAfterMs)
}

function closed(route: RoutePlan): EdgeError {
  return new EdgeError('CLOSED', { retryAfterMs: route.config.degrade.retryAfterMs })
}
