// From records of the DNS to peers. The targets of SRV records are resolved here, each once, so that every peer is an address and its
// time to live is known (node gives none for SRV).

import { isIPv6 } from 'node:net'
import type { DnsName } from '../../edge/contract/discover.ts'
import { MAX_PRIORITY, MAX_WEIGHT, type PeerConfig } from '../../edge/contract/peer.ts'
import { SECOND_MS } from '../../edge/contract/units.ts'
import type { AddressRecord, NameResolver, ServiceRecord } from './name-resolver.ts'
import { distinctPeers, MAX_PEERS } from './peer-list.ts'

/** The most targets of SRV records that are resolved; those of the lowest priority are first. */
export const MAX_TARGETS = 200

/** What a name of the DNS stands for now. */
export interface DnsPeers {
  /** Sorted by address. */
  readonly peers: readonly PeerConfig[]
  /** Records that could not be used. */
  readonly leftOut: number
  /** The shortest time for which an answer may be believed; null when there was no answer with one. */
  readonly ttlMs: number | null
}

/** Asks for the peers of a name. @throws Error when any answer that is needed does not come: half of the peers are not the peers */
export async function dnsPeers({ name, type, port }: DnsName, resolver: NameResolver): Promise<DnsPeers> {
  if (type === 'SRV') return servicePeers(await resolver.services(name), resolver)
  const records = await resolver.addresses(name, type)
  return peersOf(
    records.map((record) => ({ ...record, port: port ?? 0, weight: 1, priority: 0 })),
    0,
  )
}

type Found = AddressRecord & { readonly port: number; readonly weight: number; readonly priority: number }

async function servicePeers(records: readonly ServiceRecord[], resolver: NameResolver): Promise<DnsPeers> {
  // A target "." says that the service is decidedly not there (RFC 2782).
  const usable = records
    .filter((record) => record.name !== '' && record.name !== '.' && record.port > 0)
    .sort((one, other) => one.priority - other.priority)
    .slice(0, MAX_TARGETS)
  const ranks = [...new Set(usable.map(({ priority }) => priority))]
  const scale = Math.min(1, MAX_WEIGHT / Math.max(1, ...usable.map(({ weight }) => weight)))
  const names = [...new Set(usable.map((record) => record.name))]
  const known = new Map(await Promise.all(names.map(async (name) => [name, await targetAddresses(name, resolver)] as const)))
  const found = usable.flatMap(({ name, port, priority, weight }) =>
    known.get(name)!.map((record) => ({
      ...record,
      port,
      priority: Math.min(MAX_PRIORITY, ranks.indexOf(priority)),
      weight: Math.max(1, Math.round(weight * scale)),
    })),
  )
  const unresolved = usable.filter(({ name }) => known.get(name)!.length === 0).length
  return peersOf(found, records.filter(({ name }) => name !== '' && name !== '.').length - usable.length + unresolved)
}

async function targetAddresses(name: string, resolver: NameResolver): Promise<readonly AddressRecord[]> {
  const found = await resolver.addresses(name, 'A')
  return found.length > 0 ? found : resolver.addresses(name, 'AAAA')
}

function peersOf(found: readonly Found[], leftOut: number): DnsPeers {
  const peers = distinctPeers(
    found.map(({ address, port, weight, priority }) => ({
      address: `${isIPv6(address) ? `[${address}]` : address}:${port}`,
      weight,
      ...(priority === 0 ? {} : { priority }),
    })),
  )
  const ttlMs = found.length === 0 ? null : Math.min(...found.map(({ ttl }) => ttl)) * SECOND_MS
  return { peers: peers.slice(0, MAX_PEERS), leftOut: leftOut + Math.max(0, peers.length - MAX_PEERS), ttlMs }
}
