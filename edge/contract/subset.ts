// The peers of a pool that have the labels it asks for.

import type { SubsetConfig } from './choice.ts'
import type { PeerConfig } from './peer.ts'

/** The peers that a pool takes, in their order; the same list when it takes all of them. @param subset undefined takes all */
export function subsetOf(subset: SubsetConfig | undefined, peers: readonly PeerConfig[]): readonly PeerConfig[] {
  if (subset === undefined) return peers
  const chosen = peers.filter((peer) => fits(subset, peer))
  return chosen.length === 0 && subset.whenEmpty === 'all' ? peers : chosen
}

function fits({ tags, meta }: SubsetConfig, peer: PeerConfig): boolean {
  const labels = peer.meta ?? {}
  return tags.every((tag) => peer.tags?.includes(tag)) && Object.entries(meta).every(([name, value]) => labels[name] === value)
}
