// Reading stage: which route takes the request.

import { EdgeError } from '../base/edge-error.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Exchange, Request } from './exchange.ts'

/** The route of a request. @throws EdgeError NO_ROUTE, METHOD_NOT_ALLOWED with the methods that are taken */
export function match(request: Request, x: Exchange): RoutePlan {
  const found = x.snapshot.routes.match(request)
  if (found.kind === 'no-route') throw new EdgeError('NO_ROUTE', { host: request.host, path: request.path.slice(0, 256) })
  if (found.kind === 'method-not-allowed') throw new EdgeError('METHOD_NOT_ALLOWED', { allow: found.allow.join(', ') })
  x.why.route = found.id
  return x.snapshot.plans.get(found.id)!
}
