// The request as the origin gets it: exactly the target that was keyed, conditional when we hold something to validate, its body bounded.

import { EdgeError } from '../base/edge-error.ts'
import { validationFields } from '../cache/validation.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Body } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import { sortedQuery } from '../http/query.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import { type Exchange, type Request, targetOf } from './exchange.ts'
import type { Unanswered } from './found.ts'

/** The query that key and origin see: without the parameters that the route ignores, on requests the cache has a part in. */
export function keptQuery(request: Request, route: RoutePlan): string | null {
  if (route.ignoreQuery.size === 0) return request.query
  return sortedQuery(request.query, { drop: route.ignoreQuery })
}

/** The request to send. @param fields those of forwardFields; changed here @throws EdgeError BODY_TOO_LARGE */
export function originRequest(request: Request, fields: Fields, route: RoutePlan, found: Unanswered, x: Exchange): UpstreamRequest {
  if (request.authority !== '') fields.set('Host', request.authority)
  const cached = found.kind === 'stale' || found.kind === 'miss'
  if (cached) {
    // The fetch is for everyone: the client's own conditions are looked at when the answer is here (RFC 9111 §4.3.2).
    fields.delete('if-none-match')
    fields.delete('if-modified-since')
  }
  if (found.kind === 'stale') for (const [name, value] of validationFields(found.entry)) fields.set(name, value)
  return {
    method: request.method,
    target: targetOf(request.path, cached ? keptQuery(request, route) : request.query),
    fields,
    body: boundedBody(x.incoming.body, route.config.maxBodyBytes),
  }
}

function boundedBody(body: Body | null, maxBytes: number): Body | null {
  if (body === null) return null
  if (body.lengthBytes !== null) {
    if (body.lengthBytes > maxBytes) throw new EdgeError('BODY_TOO_LARGE', { bytes: body.lengthBytes, maxBytes })
    return body
  }
  return {
    lengthBytes: null,
    open(sink) {
      let bytes = 0
      const flow = body.open({
        write(chunk) {
          bytes += chunk.byteLength
          if (bytes <= maxBytes) return sink.write(chunk)
          flow.cancel()
          sink.fail(new EdgeError('BODY_TOO_LARGE', { maxBytes }))
          return false
        },
        end: () => sink.end(),
        fail: (fault) => sink.fail(fault),
      })
      return flow
    },
  }
}
