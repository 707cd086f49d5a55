// Reading stage: which route takes the request.

import { EdgeError } from '../base/edge-error.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { KnownTarget } from '../config/target-memo.ts'
import type { RouteSeries } from '../route/route-series.ts'
import type { Exchange, Request } from './exchange.ts'
import { hstsFor } from './hsts.ts'

/** The route of a request. @throws EdgeError NO_ROUTE, METHOD_NOT_ALLOWED with the methods that are taken */
export function match(request: Request, client: Client, x: Exchange): RoutePlan {
  const plan = planOf(request, x)
  x.why.route = plan.id
  x.why.series = seriesOf(plan, x)
  // Noted here, since refusals of the route tell it too.
  if (plan.hsts !== null) x.why.hsts = hstsFor(plan.hsts, client.scheme)
  return plan
}

function planOf(request: Request, x: Exchange): RoutePlan {
  const { host, method, known } = request
  const { routes, plans } = x.snapshot
  if (known.plan !== null && known.planHost === host && known.planMethod === method) return known.plan
  const found = routes.match(request)
  if (found.kind === 'no-route') throw new EdgeError('NO_ROUTE', { host, path: request.path.slice(0, 256) })
  if (found.kind === 'method-not-allowed') throw new EdgeError('METHOD_NOT_ALLOWED', { allow: found.allow.join(', ') })
  const plan = plans.get(found.id)!
  if (routes.byPlaceAlone) remember(known, host, method, plan)
  return plan
}

function remember(known: KnownTarget, host: string, method: string, plan: RoutePlan): void {
  known.plan = plan
  known.planHost = host
  known.planMethod = method
}

/** Where a route is counted. */
export function seriesOf(plan: RoutePlan, { tools }: Pick<Exchange, 'tools'>): RouteSeries {
  plan.series ??= tools.metrics.route(plan.id)
  return plan.series
}
