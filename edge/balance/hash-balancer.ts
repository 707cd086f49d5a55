// Chooses by the hash of a key, whatever the mapping. The owner of the key is chosen when it may be; else the walk of the key goes on
// to the first who may, which is the same one each time, so that a peer that is sick or busy moves only its own keys.
// Requests without a key say nothing to keep together: they are dealt in turn.

import { type Balancer, isIn } from './balancer.ts'
import { Candidates } from './candidates.ts'
import type { HotSpread } from './hot-spread.ts'
import { type KeyMapping, NOBODY } from './key-mapping.ts'
import type { Peer } from './peer.ts'
import { RoundRobin } from './round-robin.ts'

/** What a hash balancer does beyond its mapping; null where it is not asked for. */
export interface HashRules {
  /** A peer gets at most this many times its share of what is in flight, 1 or more. */
  readonly maxLoadFactor: number | null
  /** Spreads the keys asked for most over several peers. */
  readonly hotSpread: HotSpread | null
}

/** Neither bound nor spread. */
export const PLAIN_RULES: HashRules = { maxLoadFactor: null, hotSpread: null }

/** Chooses by the hash of the key. */
export class HashBalancer implements Balancer {
  readonly mapping: KeyMapping
  readonly #peers: readonly Peer[]
  readonly #rules: HashRules
  readonly #candidates: Candidates
  readonly #keyless: RoundRobin
  #turn = 0

  /** @param peers those that the mapping was built for, in the same order */
  constructor(peers: readonly Peer[], mapping: KeyMapping, rules: HashRules = PLAIN_RULES) {
    this.#peers = peers
    this.mapping = mapping
    this.#rules = rules
    this.#candidates = new Candidates(peers, rules.maxLoadFactor)
    this.#keyless = new RoundRobin(peers)
  }

  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    if (key === '' || this.#peers.length === 0) return this.#keyless.pick(key, tried, nowMs)
    const { maxLoadFactor, hotSpread } = this.#rules
    const place = this.mapping.placeOf(key)
    const width = hotSpread === null ? 1 : hotSpread.widthOf(key, nowMs)
    if (width > 1) return this.#oneOfSeveral(place, width, tried, nowMs)
    const index = this.mapping.ownerAt(place)
    const owner = this.#peers[index]!
    // Who is usable is in the field, whoever else is; and who is idle has room, whatever the bound.
    if ((maxLoadFactor === null || owner.inFlight === 0) && isIn('usable', owner, tried, nowMs)) return owner
    if (this.#candidates.begin(tried, nowMs) === 'nobody') return null
    return this.#peers[this.#candidates.has(index) ? index : this.#next(place)]!
  }

  // The peers that a hot key is spread over are the first on its walk, dealt in turn.
  #oneOfSeveral(place: number, width: number, tried: readonly Peer[], nowMs: number): Peer | null {
    if (this.#candidates.begin(tried, nowMs) === 'nobody') return null
    this.#turn = (this.#turn + 1) >>> 0
    const steps = this.#turn % width
    let index = this.#next(place)
    for (let step = 0; step < steps; step++) {
      this.#candidates.take(index)
      const further = this.mapping.walk(place, this.#candidates)
      if (further === NOBODY) break
      index = further
    }
    return this.#peers[index]!
  }

  // Somebody is in the field. A mapping may have no place for a peer of tiny weight, so that its walk misses the only one.
  #next(place: number): number {
    const index = this.mapping.walk(place, this.#candidates)
    if (index !== NOBODY) return index
    this.#candidates.weighAgain()
    const again = this.mapping.walk(place, this.#candidates)
    return again === NOBODY ? this.#peers.findIndex((_, at) => this.#candidates.has(at)) : again
  }
}
