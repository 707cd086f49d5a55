// Peers that operators have taken out of service, told to the peers themselves. An entry ends by the edge's own clock, so it goes out
// on time also when no control plane is left to take it back.

import { setMaintenance } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import type { PeerRegistry } from '../balance/peer-registry.ts'
import type { Clock } from '../base/ports.ts'
import type { Maintenance } from '../contract/switchboard.ts'

/** Peers out of service. */
export class PeerMaintenance {
  readonly #peers: PeerRegistry
  #entries: readonly Maintenance[] = []
  #out: ReadonlySet<Peer> = new Set()

  /** @param peers as they are remembered by pool and address */
  constructor(peers: PeerRegistry) {
    this.#peers = peers
  }

  /** Takes what operators have said, for the pools of a new snapshot. */
  follow(entries: readonly Maintenance[], pools: Iterable<string>, clock: Clock): void {
    if (entries.length === 0 && this.#out.size === 0) return
    this.#entries = entries
    this.look(pools, clock)
  }

  /** Tells the peers anew: dates are of the wall clock, which may have been set meanwhile. */
  look(pools: Iterable<string>, clock: Clock): void {
    if (this.#entries.length === 0 && this.#out.size === 0) return
    const wanted = this.#wanted([...pools], clock.wallMs())
    const toMonotonic = clock.monotonicMs() - clock.wallMs()
    for (const peer of this.#out) if (!wanted.has(peer)) setMaintenance(peer, 0)
    for (const [peer, { expiresAtMs, owner, reason }] of wanted) setMaintenance(peer, expiresAtMs + toMonotonic, `${owner}: ${reason}`)
    this.#out = new Set(wanted.keys())
  }

  /** Of several entries for one peer, the one that stands longest. */
  #wanted(pools: readonly string[], nowMs: number): Map<Peer, Maintenance> {
    const wanted = new Map<Peer, Maintenance>()
    for (const entry of this.#entries) {
      if (entry.expiresAtMs <= nowMs) continue
      for (const poolId of entry.pool === undefined ? pools : [entry.pool]) {
        const peer = this.#peers.known({ poolId, address: entry.address })
        if (peer !== undefined && (wanted.get(peer)?.expiresAtMs ?? 0) < entry.expiresAtMs) wanted.set(peer, entry)
      }
    }
    return wanted
  }
}
