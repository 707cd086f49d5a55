import type { Balancer } from './balancer.ts'
import { isUsable } from './ejection.ts'
import type { Peer } from './peer.ts'
import { isSettled, shareNow } from './ramp.ts'

// Slow start: of the requests that fall to a peer on its ramp only its share is let to it, the rest is chosen for anew as if the peer
// had been tried. So it works alike for every balancer: weights and turns come out thinner, and of the keys of a hashing one always
// more come to the peer and none goes anywhere else than to it. When nobody but peers on their ramp is there, they get everything.

/** Peers on their ramp that one request may be turned away from. */
const MAX_TURNS = 4

/** A balancer that lets peers come in slowly. */
export class SlowStart implements Balancer {
  readonly #balancer: Balancer
  readonly #windowMs: number
  readonly #pointOf: (key: string, peer: Peer) => number

  /**
   * @param windowMs until a peer gets its whole share, above 0
   * @param pointOf where a request falls in [0, 1) as to a peer: always the same for a key, for who hashes; by chance for others
   */
  constructor(balancer: Balancer, windowMs: number, pointOf: (key: string, peer: Peer) => number) {
    this.#balancer = balancer
    this.#windowMs = windowMs
    this.#pointOf = pointOf
  }

  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    const peer = this.#balancer.pick(key, tried, nowMs)
    if (peer === null || this.#lets(key, peer, nowMs)) return peer
    const passed = [...tried, peer]
    for (let turn = 1; turn < MAX_TURNS; turn++) {
      const other = this.#balancer.pick(key, passed, nowMs)
      if (other === null || !isUsable(other, nowMs)) return peer
      if (this.#lets(key, other, nowMs)) return other
      passed.push(other)
    }
    return peer
  }

  // Who is only asked because nobody else is left has no share to keep to.
  #lets(key: string, peer: Peer, nowMs: number): boolean {
    if (isSettled(peer) || !isUsable(peer, nowMs)) return true
    const share = shareNow(peer, this.#windowMs, nowMs)
    return share >= 1 || this.#pointOf(key, peer) < share
  }
}
