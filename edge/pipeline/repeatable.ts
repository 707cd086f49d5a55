// What may be asked twice.

import type { RetryRule } from '../contract/errors.ts'
import { isIdempotentMethod } from '../http/status.ts'

/** Whether a request with this method may be sent again by this rule of the error table. */
export function isRepeatable(method: string, rule: RetryRule): boolean {
  return rule === 'always' || (rule === 'if-idempotent' && isIdempotentMethod(method))
}
