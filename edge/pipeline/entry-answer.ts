// The answer to a request from a kept entry: fields of its own, Age, Cache-Status, 304 where the client has it already, and the part of it
// that was asked for.

import { type CacheOutcome, cacheStatus } from '../cache/cache-status.ts'
import type { Entry } from '../cache/entry.ts'
import { ageField, remainingMs } from '../cache/freshness.ts'
import { makeReady, type Ready, readyOf } from '../cache/ready.ts'
import { conditionValidatorsOf } from '../cache/validators.ts'
import { type BytesBody, bytesBody } from '../http/body.ts'
import { conditionalRequest, evaluateConditional } from '../http/conditional.ts'
import { Fields } from '../http/fields.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { tellVia } from './introduce.ts'
import { PacedBody, PIECE_BYTES } from './paced-body.ts'
import { rangeAnswer } from './range-answer.ts'
import type { ServedBy } from './why.ts'

/** What a 304 leaves out: it describes a body that is not sent (RFC 9110 §15.4.5). */
const ABOUT_THE_BODY: readonly string[] = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
  'range',
]

/** How an entry comes to answer. */
export interface Serving {
  /** What Cache-Status says. */
  readonly outcome: CacheOutcome
  /** What the log says. */
  readonly servedBy: ServedBy
  /** Wall clock. */
  readonly nowMs: number
}

/** The answer that an entry gives to a request. */
export function entryAnswer(request: Request, entry: Entry, { outcome, servedBy, nowMs }: Serving, x: Exchange): Answer {
  tellAsOf(entry, outcome.kind === 'hit' && outcome.ttlMs > 0, x)
  return answerOf(request, entry, { fields: toldFields(entry, outcome, nowMs, x), body: null, tellsVia: false, servedBy, nowMs }, x)
}

/** The same, for what memory has: fields, their text and the body are made once a second, and shared by all who get them. */
export function hitAnswer(request: Request, entry: Entry, { servedBy, nowMs }: Omit<Serving, 'outcome'>, x: Exchange): Answer {
  tellAsOf(entry, servedBy === 'hit', x)
  const { lines, body } = readyOf(entry, nowMs) ?? readied(entry, nowMs, x)
  return answerOf(request, entry, { fields: Fields.over(lines), body, tellsVia: true, servedBy, nowMs }, x)
}

/** The answer that stands ready, as it is, to who asked for no more than the page; null when this client may have it already. */
export function readyAnswer({ fields }: Request, { status, lines, body }: Ready, x: Exchange): Answer | null {
  if (body === null || isConditional(fields)) return null
  if (x.why.viaEdge) x.why.asOfPurge = x.tools.fence.table.seq
  return { status, fields: Fields.over(lines), body, servedBy: 'hit', tellsVia: true }
}

/** What an answer is made of. */
interface Parts extends Omit<Serving, 'outcome'> {
  readonly fields: Fields
  /** Null when it is still to be made. */
  readonly body: BytesBody | null
  /** See `Answer`. */
  readonly tellsVia: boolean
}

function answerOf(request: Request, entry: Entry, { fields, body, tellsVia, servedBy, nowMs }: Parts, x: Exchange): Answer {
  if (isNotModified(request, entry.status, entry.fields, nowMs)) {
    dropAboutTheBody(fields)
    return { status: 304, fields, body: null, servedBy, tellsVia }
  }
  const part = request.fields.has('range') ? rangeAnswer(request, entry, { fields, servedBy, nowMs }, x) : null
  if (part !== null) return { ...part, tellsVia }
  if (request.method === 'HEAD') fields.set('Content-Length', String(entry.body.byteLength))
  return {
    status: entry.status,
    fields,
    body: body ?? sendable(entry) ?? new PacedBody(entry.body, x.tools.bodiesInUse),
    servedBy,
    tellsVia,
  }
}

// What passed the fence as fresh is reached by no purge that is known here; what is stale may be so because of one.
function tellAsOf(entry: Entry, fresh: boolean, x: Exchange): void {
  if (x.why.viaEdge) x.why.asOfPurge = fresh ? x.tools.fence.table.seq : entry.fillSeq
}

function toldFields(entry: Entry, outcome: CacheOutcome, nowMs: number, x: Exchange): Fields {
  const fields = entry.fields.clone()
  fields.set('Age', ageField(entry, nowMs))
  appendCacheStatus(fields, cacheStatus(x.tools.edgeId, outcome))
  return fields
}

function readied(entry: Entry, nowMs: number, x: Exchange): Ready {
  const outcome = { kind: 'hit', ttlMs: remainingMs(entry, nowMs), level: 'L1' } as const
  const fields = toldFields(entry, outcome, nowMs, x)
  tellVia(fields, x)
  return makeReady(entry, { lines: fields.shared, body: sendable(entry) }, nowMs)
}

/** One body for all who read it, so that its text is made once; null when it is not sent in one piece. */
function sendable(entry: Entry): BytesBody | null {
  if (entry.body.byteLength > PIECE_BYTES) return null
  entry.sendable ??= bytesBody(entry.body)
  return entry.sendable
}

/**
 * Whether the client has this answer already, so that it gets a 304. Only a 2xx is conditional (RFC 9110 §13.2.1), and of the
 * conditions only If-None-Match and If-Modified-Since are for caches; the others are the origin's to judge (RFC 9111 §4.3.2).
 */
export function isNotModified(request: Request, status: number, fields: Fields, nowMs: number): boolean {
  if (!isConditional(request.fields)) return false
  if (status < 200 || status > 299) return false
  const conditions = conditionalRequest(request.method, request.fields)
  if (conditions === null) return false
  const ours = { ...conditions, ifMatch: null, ifUnmodifiedSince: null }
  return evaluateConditional(ours, conditionValidatorsOf(fields), nowMs) === 'not-modified'
}

function isConditional(fields: Fields): boolean {
  return fields.has('if-none-match') || fields.has('if-modified-since')
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
