// The answer to a request from a kept entry: fields of its own, Age, Cache-Status, and 304 where the client has it already.

import { type CacheOutcome, cacheStatus } from '../cache/cache-status.ts'
import type { Entry } from '../cache/entry.ts'
import { ageField } from '../cache/freshness.ts'
import { validatorsOf } from '../cache/validators.ts'
import { bytesBody } from '../http/body.ts'
import { conditionalRequest, evaluateConditional } from '../http/conditional.ts'
import type { Fields } from '../http/fields.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import type { ServedBy } from './why.ts'

/** What a 304 leaves out: it describes a body that is not sent (RFC 9110 §15.4.5). */
const ABOUT_THE_BODY: readonly string[] = ['content-type', 'content-encoding', 'content-language', 'content-range']

/** The answer that an entry gives to a request. @param servedBy what the log says it was */
export function entryAnswer(
  request: Request,
  entry: Entry,
  how: { readonly outcome: CacheOutcome; readonly servedBy: ServedBy },
  x: Exchange,
): Answer {
  const nowMs = x.tools.clock.wallMs()
  const fields = entry.fields.clone()
  fields.set('Age', ageField(entry, nowMs))
  appendCacheStatus(fields, cacheStatus(x.tools.edgeId, how.outcome))
  const status = statusFor(request, entry.status, entry.fields, nowMs)
  if (status === entry.status) {
    if (request.method === 'HEAD') fields.set('Content-Length', String(entry.body.byteLength))
    return { status, fields, body: bytesBody(entry.body), servedBy: how.servedBy }
  }
  for (const name of ABOUT_THE_BODY) fields.delete(name)
  return { status, fields, body: null, servedBy: how.servedBy }
}

/** The status to a request with conditions, of an answer that would be `status` without (RFC 9110 §13.2.1: only a 2xx is conditional). */
export function statusFor(request: Request, status: number, fields: Fields, nowMs: number): number {
  if (status < 200 || status > 299) return status
  const conditions = conditionalRequest(request.method, request.fields)
  if (conditions === null) return status
  const outcome = evaluateConditional(conditions, validatorsOf(fields), nowMs)
  if (outcome === 'not-modified') return 304
  return outcome === 'precondition-failed' ? 412 : status
}

/** Adds the member of this cache behind those of caches nearer the origin (RFC 9211 §2). */
export function appendCacheStatus(fields: Fields, member: string): void {
  const before = fields.get('cache-status')
  fields.set('Cache-Status', before === undefined ? member : `${before}, ${member}`)
}
