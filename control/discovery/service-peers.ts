// From Consul's answer to /v1/health/service/:name to peers. An instance that cannot be used is left out alone: one bad
// registration must not take the others of its service down with it.

import { addressFault } from '../../edge/contract/address-text.ts'
import { ADDRESS_PATTERN } from '../../edge/contract/identifiers.ts'
import { MAX_WEIGHT, type PeerConfig } from '../../edge/contract/peer.ts'
import { isMapValue, matchesPattern } from '../../edge/contract/shape.ts'
import { peerLabels, withinLabels } from './peer-labels.ts'
import { distinctPeers, MAX_PEERS } from './peer-list.ts'

/** How instances are read; see `DiscoverSchema`. */
export interface InstanceRules {
  readonly accept: 'passing' | 'warning'
  readonly zoneMeta: string
}

/** The peers of a service, sorted by address, and how many instances were left out; or why the answer says nothing. */
export type ServicePeers =
  | { readonly ok: true; readonly peers: readonly PeerConfig[]; readonly leftOut: number }
  | { readonly ok: false; readonly reason: string }

/** Reads the body of an answer; it may be anything. Never throws. */
export function servicePeers(body: unknown, rules: InstanceRules): ServicePeers {
  if (!Array.isArray(body)) return { ok: false, reason: 'the answer is not a list of instances' }
  const healthy = rules.accept === 'passing' ? body : body.filter((entry) => statusOf(entry) !== 'critical')
  const found = healthy.map((entry) => peerOf(entry, rules)).filter((peer) => peer !== null)
  // A list of nothing but unusable entries is an answer we do not understand, not a service without instances.
  if (found.length === 0 && healthy.length > 0) return { ok: false, reason: `none of ${healthy.length} instances has a usable address` }
  const peers = distinctPeers(found).slice(0, MAX_PEERS)
  return { ok: true, peers: withinLabels(peers), leftOut: healthy.length - Math.min(found.length, MAX_PEERS) }
}

function peerOf(entry: unknown, rules: InstanceRules): PeerConfig | null {
  if (!isMapValue(entry) || !isMapValue(entry.Service)) return null
  const { Service: service, Node: node } = entry
  // An instance without an address of its own is reached at its node's (Consul's rule for an empty Service.Address).
  const host = textOr(service.Address, isMapValue(node) ? textOr(node.Address, '') : '')
  const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${String(service.Port)}`
  if (!matchesPattern(ADDRESS_PATTERN, address) || addressFault(address, 1) !== null) return null
  const weight = weightOf(service.Weights, rules.accept === 'passing' ? 'passing' : statusOf(entry))
  return { address, weight, ...peerLabels(entry, rules.zoneMeta) }
}

// Consul's own aggregation: the worst check counts, and maintenance is a critical one.
function statusOf(entry: unknown): 'passing' | 'warning' | 'critical' {
  const checks = isMapValue(entry) && Array.isArray(entry.Checks) ? entry.Checks : []
  const states = new Set(checks.map((check) => (isMapValue(check) ? check.Status : undefined)))
  states.delete('passing')
  if (states.size === 0) return 'passing'
  return states.size === 1 && states.has('warning') ? 'warning' : 'critical'
}

function weightOf(weights: unknown, status: 'passing' | 'warning' | 'critical'): number {
  const fields = isMapValue(weights) ? weights : {}
  const weight = status === 'passing' ? fields.Passing : fields.Warning
  if (typeof weight !== 'number' || !Number.isFinite(weight)) return 1
  return Math.min(MAX_WEIGHT, Math.max(1, Math.trunc(weight)))
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}
