import type { Candidates } from './candidates.ts'
import { crc32, crc32Word } from './crc32.ts'
import { type KeyMapping, NOBODY } from './key-mapping.ts'

// Consistent hashing as nginx maps with `hash KEY consistent` [1], point for point, so that a cache behind either stays warm
// when one takes over from the other. Each peer has 160 points per weight on a ring of 2^32; a key belongs to the first point
// at or after its CRC-32. The chain of a peer's points starts at crc32(HOST, 0, PORT) and goes on from each point to the next.
// When a peer is ejected or was tried, a key walks on to the next point of another: only that peer's keys move. (nginx gives
// the walk up after 20 points and deals in turn: with most of a pool out, keys would not come back to the same peer.)
// Built when it is first asked, O(n log n) in points; pick O(log n), eight bytes a point.
// [1] ngx_http_upstream_hash_module.c of nginx, ngx_http_upstream_init_chash.

const POINTS_PER_WEIGHT = 160
// One double per point is sorted: the hash, and in its low 20 bits the index of the peer.
const INDEX_RANGE = 2 ** 20

/** Largest sum of weights that gets all its points (1.6 million); weights above are scaled down to it, each at least 1. */
export const MAX_TOTAL_WEIGHT = 10_000

/** The ring of nginx. */
export class Ketama implements KeyMapping {
  readonly #peers: readonly RingPeer[]
  #ring: Ring | null = null

  /** @param peers in the order of the configuration, at most 2^20 */
  constructor(peers: readonly RingPeer[]) {
    this.#peers = peers
  }

  placeOf(key: string): number {
    this.#ring ??= ringOf(this.#peers)
    return firstPointFrom(crc32(key), this.#ring.hashes)
  }

  ownerAt(place: number): number {
    this.#ring ??= ringOf(this.#peers)
    const { owners } = this.#ring
    return owners[place % owners.length]!
  }

  walk(place: number, candidates: Candidates): number {
    this.#ring ??= ringOf(this.#peers)
    const { owners } = this.#ring
    for (let at = place; at < place + owners.length; at++) {
      const index = owners[at % owners.length]!
      if (candidates.has(index)) return index
    }
    return NOBODY
  }
}

interface Ring {
  /** Points of the ring, ascending, no two equal. */
  readonly hashes: Uint32Array
  /** The index of each point's peer. */
  readonly owners: Uint32Array
}

function ringOf(peers: readonly RingPeer[]): Ring {
  const points = sortedPoints(peers)
  const hashes = new Uint32Array(points.length)
  const owners = new Uint32Array(points.length)
  for (let at = 0; at < points.length; at++) {
    hashes[at] = hashOf(points[at]!)
    owners[at] = points[at]! % INDEX_RANGE
  }
  return { hashes, owners }
}

function firstPointFrom(hash: number, hashes: Uint32Array): number {
  let low = 0
  let high = hashes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hashes[middle]! < hash) low = middle + 1
    else high = middle
  }
  return low
}

interface RingPeer {
  readonly address: string
  readonly weight: number
}

/** All points in order; of equal hashes only the one of the peer named first stands. */
function sortedPoints(peers: readonly RingPeer[]): Float64Array {
  const weights = ringWeights(peers)
  const all = new Float64Array(weights.reduce((sum, weight) => sum + weight, 0) * POINTS_PER_WEIGHT)
  let filled = 0
  for (const [index, peer] of peers.entries()) {
    const base = baseOf(peer.address)
    let hash = 0
    for (let point = 0; point < weights[index]! * POINTS_PER_WEIGHT; point++) {
      hash = crc32Word(hash, base)
      all[filled++] = hash * INDEX_RANGE + index
    }
  }
  all.sort()
  return all.filter((point, at) => at === 0 || hashOf(point) !== hashOf(all[at - 1]!))
}

function hashOf(point: number): number {
  return Math.floor(point / INDEX_RANGE)
}

function ringWeights(peers: readonly RingPeer[]): number[] {
  const total = peers.reduce((sum, peer) => sum + peer.weight, 0)
  if (total <= MAX_TOTAL_WEIGHT) return peers.map((peer) => peer.weight)
  return peers.map((peer) => Math.max(1, Math.floor((peer.weight * MAX_TOTAL_WEIGHT) / total)))
}

/** The CRC of HOST, a zero byte and PORT; nginx takes them from the text as it is written, and no port from a path. */
function baseOf(address: string): number {
  if (/^unix:/i.test(address)) return crc32(`${address.slice(5)}\0`)
  const parts = /^(.*):([0-9]*)$/.exec(address)
  return parts ? crc32(`${parts[1]}\0${parts[2]}`) : crc32(`${address}\0`)
}
