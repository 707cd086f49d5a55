// What may be asked twice.

import type { RetryRule } from '../contract/errors.ts'

/** Methods whose effect is the same when they run twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Whether a request with this method may be sent again by this rule of the error table. */
export function isRepeatable(method: string, rule: RetryRule): boolean {
  return rule === 'always' || (rule === 'if-idempotent' && IDEMPOTENT.has(method))
}
