import { type Balancer, fieldOf, isIn } from './balancer.ts'
import type { Peer } from './peer.ts'

// Smooth weighted round robin, as nginx deals: at each pick every peer gains its weight, the richest is chosen and pays what
// all gained together. Weights 5, 1, 1 give a a b a c a a, never five a in a row. O(n) per pick.

/** Deals requests out in turn, by weight. */
export class RoundRobin implements Balancer {
  readonly #peers: readonly Peer[]
  readonly #weights: Float64Array
  readonly #wealth: Float64Array

  constructor(peers: readonly Peer[]) {
    this.#peers = peers
    this.#weights = Float64Array.from(peers, (peer) => peer.weight)
    this.#wealth = new Float64Array(peers.length)
  }

  pick(_key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    const field = fieldOf(this.#peers, tried, nowMs)
    let richest = -1
    let gained = 0
    for (let index = 0; index < this.#peers.length; index++) {
      // Who is out of the field gains nothing meanwhile, so it does not come back to a burst of its missed turns.
      if (!isIn(field, this.#peers[index]!, tried, nowMs)) continue
      this.#wealth[index]! += this.#weights[index]!
      gained += this.#weights[index]!
      if (richest < 0 || this.#wealth[index]! > this.#wealth[richest]!) richest = index
    }
    if (richest < 0) return null
    this.#wealth[richest]! -= gained
    return this.#peers[richest]!
  }
}
