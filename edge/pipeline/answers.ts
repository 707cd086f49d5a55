// Answers that are made here: fallbacks from the configuration, and problems in one plain form.

import type { FallbackPlan } from '../config/snapshot.ts'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import { bytesBody } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import type { Answer, Exchange } from './exchange.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { bodyOf } from './template.ts'

/** The answer that a fallback stands for. Never stored: what stands in today is not what is true tomorrow. */
export function fallbackAnswer(fallback: FallbackPlan, retryAfterMs: number, x: Exchange): Answer {
  const { config } = fallback
  const fields = Fields.of({ 'content-type': config.contentType, 'cache-control': 'no-store' })
  if (config.status === 503 || config.status === 429) fields.append('retry-after', retryAfterSeconds(retryAfterMs))
  return { status: config.status, fields, body: bytesBody(bodyOf(fallback, retryAfterMs, x)), servedBy: 'fallback' }
}

/** The answer to a fault: its sentence and its code, and nothing of the inside. */
export function faultAnswer(code: ErrorCode, extra: Readonly<Record<string, string>> = {}): Answer {
  const row = ERRORS[code]
  const text = `${JSON.stringify({ status: row.status, code, message: row.sentence })}\n`
  const fields = Fields.of({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...extra })
  return { status: row.status, fields, body: bytesBody(Buffer.from(text)), servedBy: 'edge' }
}
