// Gate: who is refused because the worker has more to do than it can. Crawlers go first, then routes of low priority, then the
// rest, high priority last. It stands before the limits and the cache: a refusal must cost less than what it spares.

import type { RouteConfig } from '../contract/route.ts'
import { faultAnswer } from './answers.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { retryAfterSeconds } from './retry-after.ts'

/** Who a request is of, when some must go. */
export type Whom = 'crawler' | RouteConfig['priority']

/** The level from which each is shed. */
const SHED_FROM: Readonly<Record<Whom, number>> = { crawler: 1, low: 2, normal: 3, high: 4 }

/** Null when there is room for the request; otherwise 503, as an answer and not as a fault: nothing went wrong. */
export function shed({ client, route }: Asked, x: Exchange): Answer | null {
  const { pressure, budget, metrics } = x.tools
  const { level } = pressure
  if (level === 0) return null
  const whom = client.class === 'crawler' ? 'crawler' : route.config.priority
  // A body would have to be held on its way, whoever sends it.
  const noRoom = x.incoming.body !== null && budget.full
  if (level < SHED_FROM[whom] && !noRoom) return null
  x.why.fault = 'OVERLOADED'
  metrics.shed(whom)
  metrics.fault('OVERLOADED')
  return faultAnswer('OVERLOADED', { 'retry-after': retryAfterSeconds(pressure.retryAfterMs) })
}
