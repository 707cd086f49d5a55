// The answer to a client from what the origin just sent: end-to-end fields, Cache-Status, 304 where the client has it already, and
// the part that was asked for where the whole is being kept.

import { cacheStatus } from '../cache/cache-status.ts'
import { varyNamesOf } from '../cache/variant.ts'
import { type Body, drain } from '../http/body.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { boundedBody } from './bounded-body.ts'
import { appendCacheStatus, dropAboutTheBody, isNotModified } from './entry-answer.ts'
import type { Answer, Asked, Exchange, Request } from './exchange.ts'
import type { Unanswered } from './found.ts'
import { streamedPart } from './range-answer.ts'
import type { Fetched } from './send-to-pool.ts'
import { tellSticky } from './sticky.ts'

/** What the cache did with an answer. */
export interface Handling {
  readonly found: Unanswered
  readonly stored: 'stored' | 'not-stored'
}

/** The answer for the client. @param body of `fetched`, watched where it is kept */
export function originAnswer(asked: Asked, fetched: Fetched, body: Body, handling: Handling, x: Exchange): Answer {
  const { request, route } = asked
  const { status } = fetched.answer
  x.why.asOfPurge = fetched.fillSeq
  const fields = withoutHopByHop(fetched.answer.fields)
  appendCacheStatus(fields, cacheStatus(x.tools.edgeId, outcomeOf(fetched, handling)))
  if (x.why.sticky !== null && handling.stored === 'not-stored') tellSticky(fields, status, asked, x)
  // The fetch was for everyone, the conditions were this client's own: it may have the answer already.
  const notModified = handling.found.kind !== 'bypass' && isNotModified(request, status, fetched.answer.fields, x.tools.clock.wallMs())
  if (!notModified && status !== 204) {
    const whole: Answer = { status, fields, body, servedBy: 'origin' }
    return handling.stored === 'stored' ? partOf(whole, request, fetched, x) : whole
  }
  if (notModified) dropAboutTheBody(fields)
  // The client needs no body, the cache and who waits for it do: it is read on without the client, as far as it may be kept.
  fetched.outliveClient()
  drain(boundedBody(body, route.config.cache.maxEntryBytes))
  return { status: notModified ? 304 : status, fields, body: null, servedBy: 'origin' }
}

// Only what is kept is cut here, since it is bounded: to be read through a large body for a few bytes of it would cost the client nothing.
function partOf(whole: Answer, request: Request, { outliveClient }: Fetched, x: Exchange): Answer {
  const part = request.fields.has('range') ? streamedPart(request, whole, x.tools.clock.wallMs()) : null
  if (part === null) return whole
  outliveClient()
  return part
}

/** What Cache-Status says of a forwarded request. */
export function outcomeOf({ answer }: Fetched, { found, stored }: Handling) {
  const forwardStatus = found.kind === 'stale' ? answer.status : null
  const collapsed = found.kind === 'bypass' ? 'no' : found.waited
  if (found.kind !== 'miss') return { kind: 'forward', reason: found.reason, forwardStatus, stored, collapsed } as const
  // An answer that varies may be kept for others already: then it was not the URI that was missed, and only `miss` is true for certain.
  const reason = varyNamesOf(answer.fields)?.length === 0 ? 'uri-miss' : 'miss'
  return { kind: 'forward', reason, forwardStatus, stored, collapsed } as const
}
