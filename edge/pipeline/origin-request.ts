// The request as the origin gets it: exactly the target that was keyed, conditional when we hold something to validate, its body bounded.

import type { Peer } from '../balance/peer.ts'
import type { ByteBudget } from '../base/byte-budget.ts'
import { EdgeError } from '../base/edge-error.ts'
import { SURROGATE_NAME } from '../cache/answer-policy.ts'
import { validationFields } from '../cache/validation.ts'
import { fieldAlike } from '../cache/variant.ts'
import type { PoolPlan, RoutePlan } from '../config/snapshot.ts'
import type { Body } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { chosenQuery } from '../http/query.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import { boundedBody } from './bounded-body.ts'
import { type Asked, type Exchange, type Request, targetOf } from './exchange.ts'
import { forwardFields } from './forward-fields.ts'
import type { Unanswered } from './found.ts'
import { heldBody } from './held-body.ts'
import { rangeAsk } from './range-miss.ts'

/** The query that key and origin see on requests the cache has a part in: the parameters that the route chose. */
export function keptQuery(request: Request, route: RoutePlan): string | null {
  return route.key.query === null ? request.query : chosenQuery(request.query, route.key.query)
}

/** The request to send, all but its Host, which hangs on the peer: see `hostFor`. @throws EdgeError BODY_TOO_LARGE */
export function originRequest(asked: Asked, found: Unanswered, x: Exchange): UpstreamRequest {
  const { request, route } = asked
  const cached = found.kind === 'stale' || found.kind === 'miss'
  const fields = forwardFields(asked, cached ? asked.shared : request.fields, x)
  if (cached) {
    negotiateAlike(fields)
    // The fetch is for everyone: the client's own conditions are looked at when the answer is here (RFC 9111 §4.3.2).
    fields.delete('if-none-match')
    fields.delete('if-modified-since')
    if (rangeAsk(asked, found.kind) === 'whole') {
      fields.delete('range')
      fields.delete('if-range')
    }
  }
  if (found.kind === 'stale') for (const [name, value] of validationFields(found.entry)) fields.set(name, value)
  if (speaksSurrogate(route)) fields.append('Surrogate-Capability', `${SURROGATE_NAME}="Surrogate/1.0"`)
  return {
    method: request.method,
    target: targetOf(request.path, cached ? keptQuery(request, route) : request.query),
    fields,
    onInterim: (status, hints) => x.reply.interim(status, withoutHopByHop(hints)),
    body: bodyFor(x.incoming.body, route.config.maxBodyBytes, x.tools.budget),
  }
}

const NEGOTIATED = [
  ['accept-encoding', 'Accept-Encoding'],
  ['accept-language', 'Accept-Language'],
] as const

// Variants are told apart by what these fields come to, so it is what the origin sees: nothing can be hidden in their spelling.
function negotiateAlike(fields: Fields): void {
  for (const [name, written] of NEGOTIATED) {
    const lines = fields.getAll(name)
    if (lines.length > 0) fields.set(written, fieldAlike(name, lines))
  }
}

// Origins that know surrogates only speak to one that says it is there.
function speaksSurrogate({ config }: RoutePlan): boolean {
  return config.cache.store !== 'off' && config.cache.targetedFields.some((name) => name.toLowerCase() === 'surrogate-control')
}

/** The Host that a peer sees: the client's, or its own where the pool says so or the client (HTTP/1.0) named none. */
export function hostFor(peer: Peer, pool: PoolPlan, request: Request): string {
  if (pool.config.host === 'client' && request.authority !== '') return request.authority
  // A path is no host (RFC 9112 §3.2), and a port that the scheme has anyway is left out, as browsers do.
  if (peer.address.startsWith('unix:')) return 'localhost'
  return peer.address.replace(pool.config.scheme === 'https' ? /:443$/ : /:80$/, '')
}

function bodyFor(body: Body | null, maxBytes: number, budget: ByteBudget): Body | null {
  if (body === null) return null
  const bytes = body.lengthBytes
  if (bytes !== null && bytes > maxBytes) throw new EdgeError('BODY_TOO_LARGE', { bytes, maxBytes })
  return boundedBody(heldBody(body, budget), maxBytes)
}
