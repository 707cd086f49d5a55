// Whom a hash balancer may choose in one pick: who is in the field, has room under the bound on load, and was not taken before in
// the same pick. One object per balancer, made ready anew for each pick that needs it, so that a pick makes nothing.
//
// The bound [1]: no peer gets more than its share of what the peers have in flight, times a factor, rounded up. Shares are reckoned by
// weight among those that may be chosen. They are weighed ten times a second, not for each pick; so if many were ejected just now,
// nobody may have room, and they are weighed again. Then somebody has: the factor is at least 1, and were all at their bound, they would
// have more in flight than there is.
// [1] V. Mirrokni, M. Thorup, M. Zadimoghaddam: Consistent Hashing with Bounded Loads, SODA 2018; in flight as HAProxy's
//     hash-balance-factor.

import { type Field, fieldOf, isIn } from './balancer.ts'
import type { LoadTally, Peer } from './peer.ts'

const NONE: readonly Peer[] = []
const WEIGH_EVERY_MS = 100

/** Whom one pick may choose, by index. */
export class Candidates {
  readonly #peers: readonly Peer[]
  readonly #maxLoadFactor: number | null
  #field: Field = 'nobody'
  #tried: readonly Peer[] = NONE
  #nowMs = 0
  /** Requests in flight that a weight of one may have, this one excluded: a peer has room below its weight times that. */
  #loadPerWeight = Number.POSITIVE_INFINITY
  readonly #taken: number[] = []
  readonly #tally: LoadTally = { inFlight: 0 }
  /** Of those that may be chosen. */
  #weight = 0
  #weighAtMs = Number.NEGATIVE_INFINITY

  /** @param maxLoadFactor 1 or more; null sets no bound */
  constructor(peers: readonly Peer[], maxLoadFactor: number | null) {
    this.#peers = peers
    this.#maxLoadFactor = maxLoadFactor
    if (maxLoadFactor !== null) for (const peer of peers) peer.countInto(this.#tally)
  }

  /** Makes ready for a pick; goes as far as the first usable peer. @returns the field */
  begin(tried: readonly Peer[], nowMs: number): Field {
    this.#tried = tried
    this.#nowMs = nowMs
    this.#field = fieldOf(this.#peers, tried, nowMs)
    this.#taken.length = 0
    if (this.#maxLoadFactor !== null) this.#bound(this.#maxLoadFactor)
    return this.#field
  }

  /** Weighs the peers anew, in case those with room were ejected since: then somebody in the field has room. O(n). */
  weighAgain(): void {
    if (this.#maxLoadFactor === null) return
    this.#weigh(this.#tried)
    // Those that this pick tried may be chosen by the next.
    this.#weighAtMs = Number.NEGATIVE_INFINITY
    this.#loadPerWeight = (this.#maxLoadFactor * (this.#tally.inFlight + 1)) / this.#weight
  }

  /** Whether the peer at `index` may be chosen. */
  has(index: number): boolean {
    const peer = this.#peers[index]!
    if (peer.inFlight >= this.#loadPerWeight * peer.weight) return false
    if (this.#taken.length > 0 && this.#taken.includes(index)) return false
    return isIn(this.#field, peer, this.#tried, this.#nowMs)
  }

  /** Takes a peer out for the rest of this pick. */
  take(index: number): void {
    this.#taken.push(index)
  }

  #bound(factor: number): void {
    if (this.#nowMs >= this.#weighAtMs) {
      this.#weigh(NONE)
      this.#weighAtMs = this.#nowMs + WEIGH_EVERY_MS
    }
    this.#loadPerWeight = (factor * (this.#tally.inFlight + 1)) / this.#weight
  }

  #weigh(tried: readonly Peer[]): void {
    const field = fieldOf(this.#peers, tried, this.#nowMs)
    this.#weight = 0
    for (const peer of this.#peers) if (isIn(field, peer, tried, this.#nowMs)) this.#weight += peer.weight
  }
}
