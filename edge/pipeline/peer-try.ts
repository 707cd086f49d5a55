// One try at one peer, with what its outcome means for that peer and for the counts. It is over once, when the peer has done with it:
// that may be long after its answer began.

import { recordFailure, recordSuccess } from '../balance/ejection.ts'
import type { Ejected } from '../balance/outliers.ts'
import type { Peer } from '../balance/peer.ts'
import type { PeerLatency } from '../balance/peer-latency.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { statusClass } from '../http/status.ts'
import type { Exchange } from './exchange.ts'
import { isFailingStatus, isPeerFault } from './peer-failure.ts'

/** The status of an answer that became a tunnel. */
const SWITCHED = 101

/** A try at a peer, begun. */
export class PeerTry {
  readonly #peer: Peer
  readonly #pool: PoolPlan
  readonly #x: Exchange
  readonly #beganMs: number
  #over = false
  /** Whether its end will tell how it went: its head was in order, but its body may break off. */
  #open = false

  constructor(peer: Peer, pool: PoolPlan, x: Exchange) {
    this.#peer = peer
    this.#pool = pool
    this.#x = x
    this.#beganMs = x.tools.clock.monotonicMs()
    peer.inFlight += 1
  }

  /** The head of an answer is here; the peer goes on with it until `over`. */
  answered(status: number): void {
    const { outliers, config } = this.#pool
    this.#count(statusClass(status))
    if (isFailingStatus(status, config.ejection.failureStatuses)) return this.#noteFailure()
    // A tunnel ends hours later, and not by the peer's fault.
    if (status === SWITCHED) return recordSuccess(this.#peer)
    this.#open = true
    if (this.#peer.latency !== null) this.#timed(this.#peer.latency, 'answered')
    if (outliers === null) return
    const nowMs = this.#x.tools.clock.monotonicMs()
    this.#note(outliers.answered(this.#peer, nowMs - this.#beganMs, nowMs))
  }

  /** It came to nothing. @returns what was thrown as a fault */
  failed(thrown: unknown): EdgeError {
    const fault = asEdgeError(thrown)
    this.over()
    this.#count(fault.code)
    if (isPeerFault(fault)) this.#noteFailure()
    return fault
  }

  /** Nobody waits for it any more. That says nothing of the peer. */
  abandoned(): void {
    this.over()
    this.#count('abandoned')
  }

  /** The peer has done with it. @param broken what the body of its answer broke off with; null when it did not */
  over(broken: unknown = null): void {
    if (this.#over) return
    this.#over = true
    this.#peer.inFlight -= 1
    if (!this.#open) return
    if (broken instanceof EdgeError && isPeerFault(broken)) return this.#noteFailure()
    recordSuccess(this.#peer)
    this.#pool.outliers?.succeeded(this.#peer, this.#x.tools.clock.monotonicMs())
  }

  #count(outcome: string): void {
    const { clock, metrics } = this.#x.tools
    metrics.sent(this.#pool.id, outcome, clock.monotonicMs() - this.#beganMs)
  }

  #timed(latency: PeerLatency, outcome: 'answered' | 'failed'): void {
    const nowMs = this.#x.tools.clock.monotonicMs()
    latency[outcome](nowMs - this.#beganMs, nowMs)
  }

  #noteFailure(): void {
    const { peers, config, outliers } = this.#pool
    const nowMs = this.#x.tools.clock.monotonicMs()
    if (this.#peer.latency !== null) this.#timed(this.#peer.latency, 'failed')
    if (outliers !== null) this.#note(outliers.failed(this.#peer, nowMs))
    if (recordFailure(this.#peer, peers, config.ejection, nowMs) === 'ejected') this.#note([this.#peer])
  }

  #note(ejected: Ejected): void {
    const { log, metrics } = this.#x.tools
    for (const { address, ejection } of ejected) {
      if (ejection.state === 'in' || ejection.reason === undefined) continue
      const { by: rule, cause } = ejection.reason
      metrics.ejected(this.#pool.id, rule)
      log.warn({ event: 'peer-ejected', pool: this.#pool.id, peer: address, rule, cause })
    }
  }
}
