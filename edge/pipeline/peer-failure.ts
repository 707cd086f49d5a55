// What counts against who was asked: one rule for ejecting a peer and for opening the breaker of a pool.

import type { EdgeError } from '../base/edge-error.ts'

/** Statuses by which a peer says that it is the one in trouble. */
const FAILING: ReadonlySet<number> = new Set([502, 503, 504])

/** Whether an answer says that who gave it is in trouble. */
export function isFailingStatus(status: number): boolean {
  return FAILING.has(status)
}

/** Whether a fault counts against who was asked: a client that went away, or sent too much, and a queue of our own say nothing of it. */
export function isPeerFault({ row, code }: EdgeError): boolean {
  return row.source === 'upstream' && code !== 'UPSTREAM_BUSY' && code !== 'NO_PEER'
}
