// Where purges go: the control plane's purge log, seen from here.

import type { Problem } from '../../edge/contract/problem.ts'
import type { PurgeOrder } from '../../edge/contract/purge.ts'
import type { Actor } from '../domain/audit.ts'

/** For whom, and why, something is purged. */
export interface PurgeCause {
  readonly actor: Actor
  readonly reason: string
}

/** What became of orders: the number of the last of them, or why none was taken. */
export type Appended = { readonly ok: true; readonly seq: number } | { readonly ok: false; readonly problems: readonly Problem[] }

/** The purge log. */
export interface PurgeSink {
  /**
   * Puts orders into the log, all or none; they are on disk when this returns.
   * @param orders 1 to 1,000
   * @throws EdgeError STATE_UNWRITABLE when they could not be kept
   */
  append(orders: readonly PurgeOrder[], cause: PurgeCause): Appended
}
