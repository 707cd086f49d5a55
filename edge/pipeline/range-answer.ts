// The part of a kept answer that a client asked for: 206 with one range or several, or 416 when the answer is shorter than that.

import type { Entry } from '../cache/entry.ts'
import { cutFrom, partsOf } from '../cache/parts.ts'
import { validatorsOf } from '../cache/validators.ts'
import { type Body, bytesBody, drain } from '../http/body.ts'
import { conditionalRequest, evaluateConditional } from '../http/conditional.ts'
import { formatContentRange, unsatisfiedRange } from '../http/content-range.ts'
import { parseHttpDate } from '../http/date.ts'
import type { Fields } from '../http/fields.ts'
import { ifRangeHolds } from '../http/if-range.ts'
import { multipartRanges, multipartType, type Slice } from '../http/multipart-ranges.ts'
import { parseRange, resolveRanges } from '../http/range.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { PacedBody, PIECE_BYTES } from './paced-body.ts'
import { SlicedBody } from './sliced-body.ts'
import type { ServedBy } from './why.ts'

/** What an answer from an entry tells, whatever part of it is sent. */
export interface Telling {
  /** Of this answer alone. */
  readonly fields: Fields
  readonly servedBy: ServedBy
  /** Wall clock. */
  readonly nowMs: number
}

/** Random bytes of a boundary: none can be guessed and put into a body beforehand. */
const BOUNDARY_BYTES = 16
/** What a 416 does not say: it describes the answer that is not sent, and would let caches after us keep this one in its place. */
const NOT_IN_416: readonly string[] = [
  ...['content-type', 'content-encoding', 'content-language', 'content-disposition', 'content-location', 'etag', 'last-modified'],
  ...['range', 'expires', 'age', 'cdn-cache-control', 'surrogate-control'],
]

/** What of a representation a request wants, as far as it is kept. */
interface Wanted {
  readonly completeBytes: number
  /** Empty when none of the ranges is in it. */
  readonly slices: readonly Slice[]
}

/**
 * The part of an entry that a request wants; null when it gets the whole, or when an entry of parts has not got it. Its other conditions
 * are looked at before (RFC 9110 §13.2.2). Only a 200 to GET has parts.
 */
export function rangeAnswer(request: Request, entry: Entry, telling: Telling, x: Exchange): Answer | null {
  const wanted = wantedOf(request, entry, telling.nowMs)
  if (wanted === null) return null
  if (wanted.slices.length === 0) return unsatisfied(telling, wanted.completeBytes)
  const { fields, servedBy } = telling
  fields.delete('range')
  return { status: 206, fields, body: bodyOf(wanted, entry, fields, x), servedBy }
}

/** Whether an entry of parts can give what a request wants. */
export function hasParts(request: Request, entry: Entry, nowMs: number): boolean {
  return wantedOf(request, entry, nowMs) !== null
}

function wantedOf({ method, fields }: Request, entry: Entry, nowMs: number): Wanted | null {
  if (method !== 'GET' || entry.body.byteLength === 0) return null
  const range = fields.get('range') ?? ''
  const specs = parseRange(range)
  if (specs === null || specs === 'other-unit' || !partFits(fields, entry.fields, nowMs)) return null
  const parts = partsOf(entry)
  if (parts === null) return null
  const { completeBytes } = parts
  const spans = resolveRanges(specs, completeBytes)
  const slices = cutFrom(parts, spans)
  if (slices !== null) return { completeBytes, slices }
  // The very range that this part was the answer to: the origin gave less than was asked for, and would again.
  return entry.fields.get('range') === range ? { completeBytes, slices: parts.slices } : null
}

/**
 * The part that a request wants of an answer on its way; null when it gets the whole, as it does when that is of unknown length or when it
 * wants several parts. The rest of the body is read on without the client.
 */
export function streamedPart(request: Request, whole: Answer, nowMs: number): Answer | null {
  const { status, fields, body, servedBy } = whole
  const completeBytes = body?.lengthBytes ?? 0
  if (request.method !== 'GET' || status !== 200 || body === null || completeBytes === 0) return null
  const specs = parseRange(request.fields.get('range') ?? '')
  if (specs === null || specs === 'other-unit' || !partFits(request.fields, fields, nowMs)) return null
  const [span, ...more] = resolveRanges(specs, completeBytes)
  if (more.length > 0) return null
  if (span === undefined) {
    drain(body)
    return unsatisfied({ fields, servedBy, nowMs }, completeBytes)
  }
  fields.set('Content-Range', formatContentRange({ ...span, completeBytes }))
  return { status: 206, fields, body: new SlicedBody(body, span), servedBy }
}

/**
 * Whether a part of this answer fits what the client has. If-Match and If-Unmodified-Since are no conditions for caches, but who sends
 * them with a range means what If-Range means: rather the whole than a part of something else (RFC 9110 §13.1.1, §13.1.4, §13.1.5).
 */
export function partFits(request: Fields, answer: Fields, nowMs: number): boolean {
  const validators = validatorsOf(answer)
  const conditions = conditionalRequest('GET', request)
  const ours = conditions === null ? null : { ...conditions, ifNoneMatch: null, ifModifiedSince: null }
  if (ours !== null && evaluateConditional(ours, validators, nowMs) === 'precondition-failed') return false
  const ifRange = request.get('if-range')
  if (ifRange === undefined) return true
  const date = answer.get('date')
  return ifRangeHolds(ifRange, validators, date === undefined ? null : parseHttpDate(date, nowMs), nowMs)
}

function bodyOf({ completeBytes, slices }: Wanted, entry: Entry, fields: Fields, x: Exchange): Body {
  const [only] = slices
  if (slices.length === 1 && only !== undefined) {
    fields.set('Content-Range', formatContentRange({ ...only, completeBytes }))
    return slicesBody(entry.body, [only.bytes], x)
  }
  const boundary = x.tools.random.hex(BOUNDARY_BYTES)
  const contentType = fields.get('content-type') ?? null
  fields.delete('content-range')
  fields.set('Content-Type', multipartType(boundary))
  return slicesBody(entry.body, multipartRanges(slices, { boundary, contentType, completeBytes }), x)
}

// Slices keep the whole body in memory while they are read, and count as such where that is much: see PacedBody.
function slicesBody(whole: Uint8Array, pieces: readonly Uint8Array[], x: Exchange): Body {
  if (whole.byteLength > PIECE_BYTES) return new PacedBody(whole, x.tools.bodiesInUse, pieces)
  return bytesBody(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))
}

function unsatisfied({ fields, servedBy }: Telling, completeBytes: number): Answer {
  for (const name of NOT_IN_416) fields.delete(name)
  fields.set('Cache-Control', 'no-store')
  fields.set('Content-Range', unsatisfiedRange(completeBytes))
  return { status: 416, fields, body: bytesBody(new Uint8Array(0)), servedBy }
}
