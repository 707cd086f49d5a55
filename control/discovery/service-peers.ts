// From Consul's answer to /v1/health/service/:name to peers. An instance that cannot be used is left out alone: one bad
// registration must not take the others of its service down with it.

import { addressFault } from '../../edge/contract/address-text.ts'
import { ADDRESS_PATTERN } from '../../edge/contract/identifiers.ts'
import type { PeerConfig } from '../../edge/contract/peer.ts'
import { isMapValue, matchesPattern } from '../../edge/contract/shape.ts'

/** The most peers of one service; instances beyond are left out. */
export const MAX_PEERS = 5_000
const MAX_WEIGHT = 1_000

/** The peers of a service, sorted by address, and how many instances were left out; or why the answer says nothing. */
export type ServicePeers =
  | { readonly ok: true; readonly peers: readonly PeerConfig[]; readonly leftOut: number }
  | { readonly ok: false; readonly reason: string }

/** Reads the body of an answer; it may be anything. Never throws. */
export function servicePeers(body: unknown): ServicePeers {
  if (!Array.isArray(body)) return { ok: false, reason: 'the answer is not a list of instances' }
  const found = body.map(peerOf).filter((peer) => peer !== null)
  // A list of nothing but unusable entries is an answer we do not understand, not a service without instances.
  if (found.length === 0 && body.length > 0) return { ok: false, reason: `none of ${body.length} instances has a usable address` }
  const peers = distinct(found)
  return { ok: true, peers: peers.slice(0, MAX_PEERS), leftOut: body.length - Math.min(found.length, MAX_PEERS) }
}

/** Whether two lists of peers, each sorted, are the same. */
export function samePeers(one: readonly PeerConfig[], other: readonly PeerConfig[]): boolean {
  return (
    one.length === other.length &&
    one.every((peer, index) => peer.address === other[index]!.address && peer.weight === other[index]!.weight)
  )
}

function peerOf(entry: unknown): PeerConfig | null {
  if (!isMapValue(entry) || !isMapValue(entry.Service)) return null
  const { Service: service, Node: node } = entry
  // An instance without an address of its own is reached at its node's (Consul's rule for an empty Service.Address).
  const host = textOr(service.Address, isMapValue(node) ? textOr(node.Address, '') : '')
  const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${String(service.Port)}`
  if (!matchesPattern(ADDRESS_PATTERN, address) || addressFault(address, 1) !== null) return null
  return { address, weight: weightOf(service.Weights) }
}

// `?passing` lists healthy instances only, so Weights.Passing is the one that counts.
function weightOf(weights: unknown): number {
  const passing = isMapValue(weights) ? weights.Passing : undefined
  if (typeof passing !== 'number' || !Number.isFinite(passing)) return 1
  return Math.min(MAX_WEIGHT, Math.max(1, Math.trunc(passing)))
}

// Two instances may share an address (a service registered twice under two ids): it is one peer, with the larger weight.
// Sorted, so that an answer in another order is no change.
function distinct(peers: readonly PeerConfig[]): PeerConfig[] {
  const byAddress = new Map<string, PeerConfig>()
  for (const peer of peers) {
    const known = byAddress.get(peer.address)
    if (!known || known.weight < peer.weight) byAddress.set(peer.address, peer)
  }
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}
