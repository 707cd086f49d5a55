import { BoundedMap } from '../base/bounded-map.ts'
import { Peer } from './peer.ts'

/** Names a peer: the same address in two pools is two peers. */
export interface PeerName {
  readonly poolId: string
  readonly address: string
}

/** The peers of a worker by pool and address: their state survives new configurations and new endpoints. */
export class PeerRegistry {
  readonly #peers: BoundedMap<string, Peer>

  /** @param max peers remembered; when full, a new peer works as any other but its state lasts only as long as its snapshot */
  constructor(max: number) {
    this.#peers = new BoundedMap({ max, whenFull: 'refuse' })
  }

  /** Peers remembered now. */
  get size(): number {
    return this.#peers.size
  }

  /** The peer of that name with this weight, made when there is none. @param weight integer >= 1 */
  obtain(name: PeerName, weight: number): Peer {
    const key = keyOf(name)
    const known = this.#peers.get(key)
    if (known) {
      known.weight = weight
      return known
    }
    const peer = new Peer(name.address, weight)
    this.#peers.set(key, peer)
    return peer
  }

  /** Forgets every peer but these, and those that still have requests in flight. */
  retain(inUse: Iterable<PeerName>): void {
    const kept = new Set<string>()
    for (const name of inUse) kept.add(keyOf(name))
    for (const [key, peer] of this.#peers.entries()) {
      if (!kept.has(key) && peer.inFlight === 0) this.#peers.delete(key)
    }
  }
}

// Pool ids hold no spaces, so no two names share a key.
function keyOf(name: PeerName): string {
  return `${name.poolId} ${name.address}`
}
