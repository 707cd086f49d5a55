import { isFit, isInMaintenance } from './ejection.ts'
import type { Peer } from './peer.ts'

// Panic: when too few peers of a pool are left, sending them what was meant for all would take them down as well, and what keeps so
// many out is more likely a fault of the checks or of the net than of each peer. Then all of them are used again, and each request has
// a chance. As long as one tier has enough left it bears the requests, and there is no panic: that is what backups are for. Asked only of peers that are out, and looked at anew only when something changed, so that a well pool pays nothing.

/** Whether too few peers of a pool are fit. */
export class PanicWatch {
  readonly #tiers: readonly (readonly Peer[])[]
  readonly #ratio: number
  #holds = false
  /** Monotonic; the first moment at which time alone may change it. */
  #untilMs = Number.NEGATIVE_INFINITY

  /**
   * @param tiers the peers that are asked together; each has a peer
   * @param ratio more than 0; with fewer fit peers in each tier than this share of those in service there is panic
   */
  constructor(tiers: readonly (readonly Peer[])[], ratio: number) {
    this.#tiers = tiers
    this.#ratio = ratio
  }

  /** Whether all peers that are in service are used. */
  holds(nowMs: number): boolean {
    if (nowMs >= this.#untilMs) this.#count(nowMs)
    return this.#holds
  }

  /** Something about a peer changed: the next question counts them anew. */
  look(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY
  }

  #count(nowMs: number): void {
    this.#untilMs = Number.POSITIVE_INFINITY
    this.#holds = true
    // All are looked at: each may be the next to change.
    for (const peers of this.#tiers) if (!this.#hasTooFew(peers, nowMs)) this.#holds = false
  }

  // A tier without anybody in service has nobody to use in panic.
  #hasTooFew(peers: readonly Peer[], nowMs: number): boolean {
    let inService = 0
    let fit = 0
    for (const peer of peers) {
      if (isFit(peer, nowMs)) fit++
      if (!isInMaintenance(peer, nowMs)) inService++
      if (peer.maintenanceUntilMs > nowMs) this.#untilMs = Math.min(this.#untilMs, peer.maintenanceUntilMs)
      const { ejection } = peer
      if (ejection.state === 'ejected' && ejection.untilMs > nowMs) this.#untilMs = Math.min(this.#untilMs, ejection.untilMs)
    }
    return fit < this.#ratio * inService || inService === 0
  }
}
