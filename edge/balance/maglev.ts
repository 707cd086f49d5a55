// Maglev hashing [1]: a table of a prime number of places that the peers fill by turns, each in an order of its own; a key belongs to
// the peer at its hash. One read per pick whatever the size of the pool, and nearly even; but a peer that comes or goes moves some
// keys of others too. By weight: a peer of twice the weight has its turns twice as often.
// When a peer may not be chosen its keys walk on to the places behind, whose owners are mixed.
// Build O(m log m) for m places, whatever the size of the pool: 128 KiB and a few ms, which a pool pays when it is first asked.
// [1] D. Eisenbud et al.: Maglev: A Fast and Reliable Software Network Load Balancer, NSDI 2016, section 3.4.

import type { Candidates } from './candidates.ts'
import { inOrderOfAddress, type KeyMapping, NOBODY } from './key-mapping.ts'
import { murmur3 } from './murmur3.ts'

/** Places of a table: the smaller of the two primes of the paper. */
const PLACES = 65_537
const EMPTY = 0xffff
// One double per turn is sorted: when it is, and in its low bits whose.
const RANK_RANGE = 2 ** 16

interface TablePeer {
  readonly address: string
  readonly weight: number
}

/** Maglev's table. */
export class Maglev implements KeyMapping {
  readonly #peers: readonly TablePeer[]
  #table: Uint16Array | null = null

  /** @param peers at most 65,535; of more the last ones get no keys */
  constructor(peers: readonly TablePeer[]) {
    this.#peers = peers
  }

  placeOf(key: string): number {
    return (murmur3(key, 0) >>> 0) % PLACES
  }

  ownerAt(place: number): number {
    this.#table ??= tableOf(this.#peers)
    return this.#table[place]!
  }

  walk(place: number, candidates: Candidates): number {
    for (let at = place; at < place + PLACES; at++) {
      const index = this.ownerAt(at % PLACES)
      if (candidates.has(index)) return index
    }
    return NOBODY
  }
}

function tableOf(peers: readonly TablePeer[]): Uint16Array {
  const order = inOrderOfAddress(peers.map((peer) => peer.address)).slice(0, EMPTY)
  const next = Int32Array.from(order, (index) => (murmur3(peers[index]!.address, 1) >>> 0) % PLACES)
  const skips = Int32Array.from(order, (index) => ((murmur3(peers[index]!.address, 2) >>> 0) % (PLACES - 1)) + 1)
  const ranks = ranksInTurn(order.map((index) => peers[index]!.weight))
  const table = new Uint16Array(PLACES).fill(EMPTY)
  for (let turn = 0; turn < PLACES; turn++) {
    const rank = ranks[turn % ranks.length]!
    const place = firstEmpty(table, next[rank]!, skips[rank]!)
    table[place] = order[rank]!
    next[rank] = place
  }
  return table
}

function firstEmpty(table: Uint16Array, from: number, skip: number): number {
  let place = from
  while (table[place] !== EMPTY) {
    place += skip
    if (place >= PLACES) place -= PLACES
  }
  return place
}

/** Whose turn it is to take a place, over and over: the k-th turn of a peer comes at (k + 1/2) / weight, k below its weight. */
function ranksInTurn(weights: readonly number[]): Uint16Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const isLong = total > PLACES
  // Of a round that is longer than the table only the beginning is needed: one turn more than its share for each.
  const counts = weights.map((weight) => (isLong ? Math.ceil((PLACES * weight) / total) + 1 : weight))
  const turns = new Float64Array(counts.reduce((sum, count) => sum + count, 0))
  let filled = 0
  for (const [rank, weight] of weights.entries()) {
    for (let turn = 0; turn < counts[rank]!; turn++) turns[filled++] = Math.floor(((turn + 0.5) / weight) * 2 ** 20) * RANK_RANGE + rank
  }
  return Uint16Array.from(turns.sort(), (turn) => turn % RANK_RANGE)
}
