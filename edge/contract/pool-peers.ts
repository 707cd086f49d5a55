// Who the peers of each pool are, from a site and what was discovered: the edge asks them, the control plane speaks of them.

import { serviceKey } from './discover.ts'
import type { PeerConfig } from './peer.ts'
import type { PoolConfig } from './pool.ts'
import type { Endpoints } from './publication.ts'
import { subsetOf } from './subset.ts'

/** Each pool with its peers: those of the configuration and those that were discovered, as far as its subset takes them. */
export function* peersByPool(
  pools: Readonly<Record<string, PoolConfig>>,
  endpoints: Endpoints,
): Generator<[id: string, pool: { readonly config: PoolConfig; readonly peers: readonly PeerConfig[] }]> {
  const found = new Map(endpoints.services.map((service) => [service.service, service.peers]))
  for (const [id, config] of Object.entries(pools)) yield [id, { config, peers: subsetOf(config.subset, peersOf(config, found)) }]
}

// Peers of the configuration stand beside discovered ones; an address named twice counts once, as the configuration has it.
function peersOf(config: PoolConfig, found: ReadonlyMap<string, readonly PeerConfig[]>): readonly PeerConfig[] {
  if (config.discover === undefined) return config.peers
  const discovered = found.get(serviceKey(config.discover)) ?? []
  if (config.peers.length === 0) return discovered
  const own = new Set(config.peers.map((peer) => peer.address))
  return [...config.peers, ...discovered.filter((peer) => !own.has(peer.address))]
}
