// A fault with a code from the error table. Making one costs microseconds, so it is made where it is thrown and nowhere else;
// what is expected to happen (a miss, a refusal by a limit) is a value instead.

import { ERRORS, type ErrorCode, type ErrorRow } from '../contract/errors.ts'

/** A fault: its code says status, source, retry rule and sentence. */
export class EdgeError extends Error {
  readonly code: ErrorCode
  /** For the log only; never reaches a client. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(ERRORS[code].sentence, cause === undefined ? undefined : { cause })
    this.name = 'EdgeError'
    this.code = code
    this.detail = detail
  }

  /** The row of its code. */
  get row(): ErrorRow {
    return ERRORS[this.code]
  }
}

/** What was thrown as an EdgeError: itself, or INTERNAL with the thing as its cause. */
export function asEdgeError(thrown: unknown): EdgeError {
  return thrown instanceof EdgeError ? thrown : new EdgeError('INTERNAL', {}, thrown)
}
