// What counts against who was asked: one rule for ejecting a peer and for opening the breaker of a pool.

import type { EdgeError } from '../base/edge-error.ts'

/** Below it no status can be a failure; nearly every answer is. */
const FIRST_ERROR_STATUS = 400

/** Whether an answer says that who gave it is in trouble. @param failing the statuses that the pool takes for that */
export function isFailingStatus(status: number, failing: readonly number[]): boolean {
  return status >= FIRST_ERROR_STATUS && failing.includes(status)
}

/** Whether a fault counts against who was asked: a client that went away, or sent too much, and a queue of our own say nothing of it. */
export function isPeerFault({ row, code }: EdgeError): boolean {
  return row.source === 'upstream' && code !== 'UPSTREAM_BUSY' && code !== 'NO_PEER'
}
