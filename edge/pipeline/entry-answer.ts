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
const ABOUT_THE_BODY: readonly string[] = ['content-length', 'content-type', 'content-encoding', 'content-language', 'content-range']

/** The answer that an entry gives to a request. @param how what Cache-Status and the log say it was */
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
  if (isNotModified(request, entry.status, entry.fields, nowMs)) {
    dropAboutTheBody(fields)
    return { status: 304, fields, body: null, servedBy: how.servedBy }
  }
  if (request.method === 'HEAD') fields.set('Content-Length', String(entry.body.byteLength))
  return { status: entry.status, fields, body: bytesBody(entry.body), servedBy: how.servedBy }
}

/**
 * Whether the client has this answer already, so that it gets a 304. Only a 2xx is conditional (RFC 9110 §13.2.1), and of the
 * conditions only If-None-Match and If-Modified-Since are for caches; the others are the origin's to judge (RFC 9111 §4.3.2).
 */
export function isNotModified(request: Request, status: number, fields: Fields, nowMs: number): boolean {
  if (status < 200 || status > 299) return false
  const conditions = conditionalRequest(request.method, request.fields)
  if (conditions === null) return false
  const ours = { ...conditions, ifMatch: null, ifUnmodifiedSince: null }
  return evaluateConditional(ours, validatorsOf(fields), nowMs) === 'not-modified'
}

/** Takes out the fields that a 304 leaves out. */
export function dropAboutTheBody(fields: Fields): void {
  for (const name of ABOUT_THE_BODY) fields.delete(name)
}

/** Adds the member of this cache behind those of caches nearer the origin (RFC 9211 §2). */
export function appendCacheStatus(fields: Fields, member: string): void {
  const before = fields.get('cache-status')
  fields.set('Cache-Status', before === undefined ? member : `${before}, ${member}`)
}
