import type { ErrorCode } from '../contract/errors.ts'

/** Faults that an operator asked for, or whose cause has its line already: one each, under the load behind them, would drown the log. */
const UNTOLD: ReadonlySet<ErrorCode> = new Set(['CLOSED', 'CACHE_ONLY_MISS', 'FILL_FAILED', 'POOL_OPEN', 'POOL_BUSY'])

/** Whether a fault has no line of its own in the log; it is counted as any other. */
export function isUntold(code: ErrorCode): boolean {
  return UNTOLD.has(code)
}
