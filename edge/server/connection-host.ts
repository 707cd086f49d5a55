// What a connection needs of the listener that took it, whatever it speaks; and what the listener needs of it.

import type { Abort } from '../base/abort.ts'
import type { Clock, Log, Metrics, Timers } from '../base/ports.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Incoming, Reply } from '../pipeline/exchange.ts'

/** A connection as its listener holds it. */
export interface HeldConnection {
  /** Ends what is past its deadline; called a few times a second. */
  sweep(nowMs: number): void
  /** Takes no further request, finishes what is under way, and ends. */
  drain(): void
  /** Ends at once. */
  destroy(): void
}

/** What a connection needs of its listener. */
export interface ConnectionHost {
  readonly bootstrap: EdgeBootstrap
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
  /** The Date field line of this second, with its line end. */
  readonly dateLine: string
  /** Whether the edge is about to end: each answer is then the last of its connection. */
  readonly draining: boolean
  /** Serves one request. `wanted` is fired by the connection when the client is gone. */
  onRequest(incoming: Incoming, reply: Reply, wanted: Abort): void
  /** Counts a fault of a message that never became a request. */
  onFault(code: ErrorCode): void
  /** Holds a connection from now on. */
  add(connection: HeldConnection): void
  /** The connection is over. */
  remove(connection: HeldConnection): void
}
