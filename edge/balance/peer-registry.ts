import { Peer } from './peer.ts'

/** Names a peer: the same address in two pools is two peers. */
export interface PeerName {
  readonly poolId: string
  readonly address: string
}

/** The peers of a worker by pool and address: their state survives new configurations and new endpoints. */
export class PeerRegistry {
  readonly #pools = new Map<string, Map<string, Peer>>()
  readonly #max: number
  #size = 0

  /** @param max peers remembered; when full, a new peer works as any other but its state lasts only as long as its snapshot */
  constructor(max: number) {
    this.#max = max
  }

  /** Peers remembered now. */
  get size(): number {
    return this.#size
  }

  /** The peer of that name with this weight, made when there is none. @param weight integer >= 1 */
  obtain({ poolId, address }: PeerName, weight: number): Peer {
    const known = this.#pools.get(poolId)?.get(address)
    if (known) {
      known.weight = weight
      return known
    }
    const peer = new Peer(address, weight)
    if (this.#size < this.#max) this.#remember(poolId, peer)
    return peer
  }

  /** The peer of that name, if it is remembered. */
  known({ poolId, address }: PeerName): Peer | undefined {
    return this.#pools.get(poolId)?.get(address)
  }

  /** Forgets the peers of a pool but these, and those that still have requests in flight. */
  retainIn(poolId: string, inUse: readonly Peer[]): void {
    const peers = this.#pools.get(poolId)
    if (peers === undefined) return
    const kept = new Set(inUse)
    for (const peer of peers.values()) {
      if (kept.has(peer) || peer.inFlight > 0) continue
      peers.delete(peer.address)
      this.#size--
    }
    if (peers.size === 0) this.#pools.delete(poolId)
  }

  /** Forgets the pools but these, as `retainIn` does. */
  retainPools(inUse: ReadonlySet<string>): void {
    for (const poolId of this.#pools.keys()) if (!inUse.has(poolId)) this.retainIn(poolId, [])
  }

  #remember(poolId: string, peer: Peer): void {
    const peers = this.#pools.get(poolId)
    if (peers === undefined) this.#pools.set(poolId, new Map([[peer.address, peer]]))
    else peers.set(peer.address, peer)
    this.#size++
  }
}
