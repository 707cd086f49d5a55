import { type Balancer, type Field, fieldOf, isIn } from './balancer.ts'
import type { Peer } from './peer.ts'

// The power of two choices [1]: of two peers drawn by chance, the one that costs less. Nearly as even as asking all, and edges that
// see the same numbers do not all run to the same peer. Peers that cost the same tie: then chance decides by weight, so that a pool
// at rest is dealt out by weight too.
// [1] M. Mitzenmacher: The Power of Two Choices in Randomized Load Balancing, 1996.

// Draws before the first peer found from a chance place on is taken: with half a pool ejected, 1 draw in 16 comes to that.
const DRAWS = 4
const NONE = -1

/** Chooses the cheaper of two peers drawn by chance. */
export class TwoChoices implements Balancer {
  readonly #peers: readonly Peer[]
  readonly #random: () => number
  readonly #costOf: (peer: Peer, nowMs: number) => number

  /** @param random gives a number in [0, 1) @param costOf what one more request to a peer costs, its weight reckoned in */
  constructor(peers: readonly Peer[], random: () => number, costOf: (peer: Peer, nowMs: number) => number) {
    this.#peers = peers
    this.#random = random
    this.#costOf = costOf
  }

  pick(_key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    const field = fieldOf(this.#peers, tried, nowMs)
    if (field === 'nobody') return null
    const one = this.#draw(NONE, field, tried, nowMs)
    const other = this.#draw(one, field, tried, nowMs)
    return other === NONE ? this.#peers[one]! : this.#cheaper(this.#peers[one]!, this.#peers[other]!, nowMs)
  }

  #cheaper(one: Peer, other: Peer, nowMs: number): Peer {
    const difference = this.#costOf(one, nowMs) - this.#costOf(other, nowMs)
    if (difference !== 0) return difference < 0 ? one : other
    return this.#random() * (one.weight + other.weight) < one.weight ? one : other
  }

  /** The index of a peer in the field other than `except`, or NONE. */
  #draw(except: number, field: Field, tried: readonly Peer[], nowMs: number): number {
    const count = this.#peers.length
    let index = 0
    for (let draw = 0; draw < DRAWS; draw++) {
      index = Math.floor(this.#random() * count)
      if (index !== except && isIn(field, this.#peers[index]!, tried, nowMs)) return index
    }
    for (let step = 1; step <= count; step++) {
      const next = (index + step) % count
      if (next !== except && isIn(field, this.#peers[next]!, tried, nowMs)) return next
    }
    return NONE
  }
}
