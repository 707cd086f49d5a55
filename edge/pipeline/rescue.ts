// The one place where a fault becomes an answer. What was thrown and is no EdgeError is INTERNAL; no detail reaches a client.

import { asEdgeError, type EdgeError } from '../base/edge-error.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { faultAnswer, retryAfterSeconds } from './answers.ts'
import type { Answer, Exchange } from './exchange.ts'

/** When a client may try again after a 503 that names no time of its own. */
const DEFAULT_RETRY_AFTER_MS = 1_000
/** Faults that an operator asked for: a line each, under the load that made them ask, would drown the log. */
const BY_ORDER: ReadonlySet<ErrorCode> = new Set(['CLOSED', 'CACHE_ONLY_MISS'])

/** The answer to what was thrown. */
export function rescue(thrown: unknown, x: Exchange): Answer {
  const fault = asEdgeError(thrown)
  x.why.fault = fault.code
  x.tools.metrics.fault(fault.code)
  report(fault, x)
  return faultAnswer(fault.code, extraFields(fault))
}

function extraFields(fault: EdgeError): Record<string, string> {
  const { allow, retryAfterMs } = fault.detail
  const extra: Record<string, string> = {}
  if (typeof allow === 'string') extra.allow = allow
  if (fault.row.status === 503)
    extra['retry-after'] = retryAfterSeconds(typeof retryAfterMs === 'number' ? retryAfterMs : DEFAULT_RETRY_AFTER_MS)
  // After a message that could not be read for certain, nothing behind it can be trusted to be a request (RFC 9112 §9.3).
  if (fault.code === 'BAD_HOST' || fault.code === 'BAD_TARGET' || fault.code === 'BODY_TOO_LARGE') extra.connection = 'close'
  return extra
}

// A client's own fault is in its access log line, as is what was ordered; the log of faults is for what went wrong.
function report(fault: EdgeError, x: Exchange): void {
  if (fault.row.source === 'client' || BY_ORDER.has(fault.code)) return
  const line = { event: 'fault', id: x.id, code: fault.code, route: x.why.route, ...fault.detail, cause: causeText(fault.cause) }
  if (fault.code === 'INTERNAL') x.tools.log.error({ ...line, stack: fault.cause instanceof Error ? fault.cause.stack : undefined })
  else x.tools.log.warn(line)
}

function causeText(cause: unknown): string | undefined {
  return cause === undefined ? undefined : String(cause).slice(0, 512)
}
