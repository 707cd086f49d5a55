// Rendezvous hashing, weighted [1][2]. Every peer has a chance number for every key, u in (0, 1), from the hash of both; the key belongs
// to the peer with the least -ln(u)/weight. So each peer gets its share by weight, and a peer that comes or goes moves only what it
// gains or gives: no other comparison changes. Nothing is remembered, so an edge that starts anew maps as those that ran.
//
// Of peers of one weight the greatest u wins, so a logarithm is taken once per weight, not per peer. That costs O(n). To make it O(1)
// for large pools, keys are first dealt to 2^21 places, and in pools above DIRECT_PEERS the owner of a place is found once, when it is
// first asked for, and kept: 4 MiB, of which the system gives what is used. Smaller pools use the same places, so that a pool which
// grows past the mark moves no other keys. The walk goes down the same order: a sick peer's keys go where they stay if it leaves.
// [1] D. Thaler, C. Ravishankar: Using Name-Based Mappings to Increase Hit Rates, 1998.
// [2] J. Resch: New Hashing Algorithms for Data Storage, SNIA 2015.

import type { Candidates } from './candidates.ts'
import { inOrderOfAddress, type KeyMapping, NOBODY } from './key-mapping.ts'
import { murmur3 } from './murmur3.ts'

const PLACE_BITS = 21
/** Pools of more peers keep the owners of places: asking so many takes as long as hashing a key of 100 characters. */
const DIRECT_PEERS = 64
/** Owners are kept as 16-bit numbers, 0 for one that is not known. */
const MAX_KEPT_PEERS = 0xffff - 1
const GOLDEN = 0x9e3779b1

/** Peers of one weight: a run of the arrays. */
interface WeightClass {
  readonly weight: number
  readonly start: number
  readonly end: number
}

/** Rendezvous hashing by weight. */
export class Rendezvous implements KeyMapping {
  /** The index of each peer; peers of one weight together, then by address. */
  readonly #indexes: Int32Array
  /** Two hashes of each address, in the same order. */
  readonly #seeds: Int32Array
  readonly #moreSeeds: Int32Array
  readonly #classes: readonly WeightClass[]
  /** The owner of each place plus one; null until it pays. */
  #owners: Uint16Array | null = null

  constructor(peers: readonly { readonly address: string; readonly weight: number }[]) {
    const order = inOrderOfAddress(peers.map((peer) => peer.address)).sort((a, b) => peers[a]!.weight - peers[b]!.weight)
    this.#indexes = Int32Array.from(order)
    this.#seeds = Int32Array.from(order, (index) => murmur3(peers[index]!.address, 1))
    this.#moreSeeds = Int32Array.from(order, (index) => murmur3(peers[index]!.address, 2))
    this.#classes = classesOf(order.map((index) => peers[index]!.weight))
  }

  placeOf(key: string): number {
    return murmur3(key, 0) >>> (32 - PLACE_BITS)
  }

  ownerAt(place: number): number {
    const count = this.#indexes.length
    if (count <= DIRECT_PEERS || count > MAX_KEPT_PEERS) return this.walk(place, null)
    this.#owners ??= new Uint16Array(2 ** PLACE_BITS)
    const known = this.#owners[place]!
    if (known > 0) return known - 1
    const owner = this.walk(place, null)
    this.#owners[place] = owner + 1
    return owner
  }

  /** @param candidates null lets all in */
  walk(place: number, candidates: Candidates | null): number {
    let best = NOBODY
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#classes.length; at++) {
      const { weight, start, end } = this.#classes[at]!
      const winner = this.#winner(place, start, end, candidates)
      if (winner === NOBODY) continue
      if (this.#classes.length === 1) return this.#indexes[winner]!
      const score = -Math.log((this.#chance(place, winner) + 2 ** 31 + 0.5) / 2 ** 32) / weight
      if (score >= least) continue
      least = score
      best = this.#indexes[winner]!
    }
    return best
  }

  /** Where in a run the greatest chance of a candidate is. */
  #winner(place: number, start: number, end: number, candidates: Candidates | null): number {
    let winner = NOBODY
    let most = -(2 ** 31) - 1
    for (let at = start; at < end; at++) {
      const chance = this.#chance(place, at)
      // Few are greater than all before, so few are looked at.
      if (chance <= most || (candidates !== null && !candidates.has(this.#indexes[at]!))) continue
      most = chance
      winner = at
    }
    return winner
  }

  /** A chance number of a place and a peer, a signed 32-bit integer. */
  #chance(place: number, at: number): number {
    let bits = Math.imul(place + 1, GOLDEN) ^ this.#seeds[at]!
    bits ^= bits >>> 16
    bits = Math.imul(bits, 0x85ebca6b) ^ this.#moreSeeds[at]!
    bits ^= bits >>> 13
    bits = Math.imul(bits, 0xc2b2ae35)
    return bits ^ (bits >>> 16)
  }
}

/** Runs of one weight. @param weights ascending */
function classesOf(weights: readonly number[]): WeightClass[] {
  const starts = weights.flatMap((weight, at) => (weight === weights[at - 1] ? [] : [at]))
  return starts.map((start, at) => ({ weight: weights[start]!, start, end: starts[at + 1] ?? weights.length }))
}
