// The one place where a fault becomes an answer. What was thrown and is no EdgeError is INTERNAL; no detail reaches a client.

import { asEdgeError, type EdgeError } from '../base/edge-error.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { faultAnswer } from './answers.ts'
import type { Answer, Exchange } from './exchange.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { isUntold } from './untold-faults.ts'

/** When a client may try again after a 503 that names no time of its own. */
const DEFAULT_RETRY_AFTER_MS = 1_000
/**
 * Faults behind which nothing can be trusted to be a request: the message was not read for certain (RFC 9112 §9.3), or what follows may
 * be for the tunnel that was asked for and refused, as it may be behind any refused upgrade.
 */
const UNSURE: ReadonlySet<ErrorCode> = new Set(['BAD_HOST', 'BAD_TARGET', 'BODY_TOO_LARGE', 'METHOD_UNSUPPORTED'])

/** The answer to what was thrown. */
export function rescue(thrown: unknown, x: Exchange): Answer {
  const fault = asEdgeError(thrown)
  x.why.fault = fault.code
  x.tools.metrics.fault(fault.code)
  report(fault, x)
  return faultAnswer(fault.code, extraFields(fault, x))
}

function extraFields(fault: EdgeError, x: Exchange): Record<string, string> {
  const { allow, retryAfterMs } = fault.detail
  const extra: Record<string, string> = {}
  if (typeof allow === 'string') extra.allow = allow
  if (fault.row.status === 503)
    extra['retry-after'] = retryAfterSeconds(typeof retryAfterMs === 'number' ? retryAfterMs : DEFAULT_RETRY_AFTER_MS)
  if (UNSURE.has(fault.code) || x.incoming.upgrade !== null) extra.connection = 'close'
  return extra
}

// A client's own fault is in its access log line, as is what was ordered or told; the log of faults is for what went wrong.
function report(fault: EdgeError, x: Exchange): void {
  if (fault.row.source === 'client' || isUntold(fault.code)) return
  const line = { event: 'fault', id: x.id, code: fault.code, route: x.why.route, ...fault.detail, cause: causeText(fault.cause) }
  if (fault.code === 'INTERNAL') x.tools.log.error({ ...line, stack: fault.cause instanceof Error ? fault.cause.stack : undefined })
  else x.tools.log.warn(line)
}

function causeText(cause: unknown): string | undefined {
  return cause === undefined ? undefined : String(cause).slice(0, 512)
}
