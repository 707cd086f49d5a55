// Hands the listening sockets of this edge to a successor: the same program, started anew, with the same sockets open. Both have them
// open until this one drains, so that no connection is refused, and none that waits to be accepted is lost.

import type { Log } from '../base/ports.ts'
import { type InheritedSocket, socketEnvironment } from './inherited-sockets.ts'

/** A process that was started to come after this one. */
export interface Successor {
  readonly pid: number
  /** Resolves with null once it serves, or with the reason why it does not and never will. */
  readonly serving: Promise<string | null>
  /** Ends it, unless it serves by then. */
  end(): void
}

/** Starts a successor. @param descriptors what it has open from descriptor 3 on @param environment what it is told of them */
export type StartSuccessor = (descriptors: readonly number[], environment: Readonly<Record<string, string>>) => Successor

/** Hands sockets over, once at a time. */
export class HandOver {
  readonly #start: StartSuccessor
  readonly #log: Log
  #successor: Successor | null = null
  #stopped = false

  constructor(start: StartSuccessor, log: Log) {
    this.#start = start
    this.#log = log
  }

  /** Starts a successor and waits for it. @returns whether it serves; if not, nothing has changed, and the log says why */
  async to(sockets: readonly InheritedSocket[]): Promise<boolean> {
    if (this.#stopped || this.#successor !== null) {
      this.#log.warn({ event: 'upgrade-refused', reason: this.#stopped ? 'this edge ends already' : 'one is under way' })
      return false
    }
    const successor = this.#start(
      sockets.map(({ fd }) => fd),
      socketEnvironment(sockets),
    )
    this.#successor = successor
    this.#log.info({ event: 'upgrade-begun', pid: successor.pid, sockets: sockets.length })
    const reason = await successor.serving
    this.#successor = null
    if (reason === null) this.#log.info({ event: 'upgrade-done', pid: successor.pid })
    else this.#log.error({ event: 'upgrade-failed', pid: successor.pid, reason })
    return reason === null
  }

  /** Gives up a successor that does not serve yet, and starts no more. */
  stop(): void {
    this.#stopped = true
    this.#successor?.end()
  }
}
