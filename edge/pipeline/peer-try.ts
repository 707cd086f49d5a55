// One try at one peer, with what its outcome means for that peer and for the counts. It is over once, when the peer has done with it:
// that may be long after its answer began.

import { recordFailure, recordSuccess } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import { asEdgeError, type EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import type { Exchange } from './exchange.ts'
import { isFailingStatus, isPeerFault } from './peer-failure.ts'

/** A try at a peer, begun. */
export class PeerTry {
  readonly #peer: Peer
  readonly #pool: PoolPlan
  readonly #x: Exchange
  readonly #beganMs: number
  #over = false

  constructor(peer: Peer, pool: PoolPlan, x: Exchange) {
    this.#peer = peer
    this.#pool = pool
    this.#x = x
    this.#beganMs = x.tools.clock.monotonicMs()
    peer.inFlight += 1
  }

  /** The head of an answer is here; the peer goes on with it until `over`. */
  answered(status: number): void {
    this.#count(`${Math.floor(status / 100)}xx`)
    if (isFailingStatus(status)) this.#noteFailure()
    else recordSuccess(this.#peer)
  }

  /** It came to nothing. @returns what was thrown as a fault */
  failed(thrown: unknown): EdgeError {
    const fault = asEdgeError(thrown)
    this.over()
    this.#count(fault.code)
    if (isPeerFault(fault)) this.#noteFailure()
    return fault
  }

  /** The peer has done with it. */
  over(): void {
    if (this.#over) return
    this.#over = true
    this.#peer.inFlight -= 1
  }

  #count(outcome: string): void {
    const { clock, metrics } = this.#x.tools
    metrics.sent(this.#pool.id, outcome, clock.monotonicMs() - this.#beganMs)
  }

  #noteFailure(): void {
    const { clock, log, metrics } = this.#x.tools
    const { id, peers, config } = this.#pool
    if (recordFailure(this.#peer, peers, config.ejection, clock.monotonicMs()) === 'counted') return
    metrics.ejected(id)
    log.warn({ event: 'peer-ejected', pool: id, peer: this.#peer.address })
  }
}
