import { TextMemo } from '../base/text-memo.ts'
import type { ClientsConfig } from '../contract/client.ts'
import { type Address, type AddressSet, formatAddress, parseAddress } from '../http/address.ts'
import type { Fields } from '../http/fields.ts'
import { nodeAddress, parseForwarded, parseXForwardedFor } from '../http/forwarded.ts'

/** Whose word on the client is believed, and in which field. */
export class ClientAddressRule {
  readonly trusted: AddressSet
  readonly field: ClientsConfig['addressField']
  /** The peers of connections: who is no trusted proxy is the client. */
  readonly #peers: TextMemo<Peer>

  /**
   * @param trusted proxies and edges in front
   * @param edges those of them whose word on more than the address is believed
   */
  constructor(trusted: AddressSet, edges: AddressSet, field: ClientsConfig['addressField']) {
    this.trusted = trusted
    this.field = field
    this.#peers = new TextMemo(MAX_PEERS, (text) => peerOf(text, trusted, edges))
  }

  /** What is known of a peer from its address alone. */
  peer(address: string): Peer {
    return this.#peers.get(address)
  }
}

/** Peers whose addresses are remembered, some 200 bytes each. */
const MAX_PEERS = 10_000

/** The peer of a connection: the client itself, or a trusted proxy whose word on the client is to be looked at. */
type Peer =
  | { readonly trusted: false; readonly client: ClientAddress }
  | { readonly trusted: true; readonly address: Address; readonly edge: boolean }

function peerOf(text: string, trusted: AddressSet, edges: AddressSet): Peer {
  const address = parseAddress(text)
  if (address === null) return { trusted: false, client: { address: 'unknown', trustedPeer: false, viaEdge: false, scheme: null } }
  if (trusted.has(address)) return { trusted: true, address, edge: edges.has(address) }
  return { trusted: false, client: { address: formatAddress(address), trustedPeer: false, viaEdge: false, scheme: null } }
}

/** Where a request came from. */
export interface ClientAddress {
  /** Canonical text: dotted IPv4 (also for a mapped IPv6), or IPv6 after RFC 5952; `unknown` where the socket has no address. */
  readonly address: string
  /** Whether the peer of the connection is a trusted proxy. */
  readonly trustedPeer: boolean
  /** Whether that proxy is an edge, whose word on more than the address is believed. */
  readonly viaEdge: boolean
  /** How the client reached the first trusted proxy, if one says so. */
  readonly scheme: 'http' | 'https' | null
}

/** How far a walk got: the client, and how many nodes from the right were looked at. */
interface Walk {
  readonly client: Address
  readonly looked: number
}

/**
 * The address of the client: that of the peer, or what trusted proxies say of it.
 *
 * A proxy appends the address that it saw, so the list is true from the right for as long as its writer is trusted. The walk starts there and
 * ends at the first address that is not trusted, which is the client. A node that cannot be read ends it too: the client is then the
 * trusted proxy that wrote that node, since anything further left may be invented. Only the field of the rule is looked at, never both.
 * @param peerAddress as the socket gives it; empty for a Unix socket
 * @throws never
 * @see RFC 7239 §5.2, §8.1
 */
export function clientAddress(peerAddress: string, fields: Fields, rule: ClientAddressRule): ClientAddress {
  const peer = rule.peer(peerAddress)
  if (!peer.trusted) return peer.client
  const told =
    rule.field === 'forwarded' ? byForwarded(peer.address, fields, rule.trusted) : byXForwardedFor(peer.address, fields, rule.trusted)
  return { ...told, trustedPeer: true, viaEdge: peer.edge }
}

/** What a trusted proxy said of the client. */
type Told = Pick<ClientAddress, 'address' | 'scheme'>

function byForwarded(peer: Address, fields: Fields, trusted: AddressSet): Told {
  // A malformed field counts as none.
  const elements = parseForwarded(fields.getAll('forwarded')) ?? []
  const { client, looked } = walk(
    peer,
    elements.map((element) => element.for ?? ''),
    trusted,
  )
  // The element that names the client was written by a trusted proxy, and so was its proto.
  return { address: formatAddress(client), scheme: schemeOf(elements.at(-looked)?.proto) }
}

function byXForwardedFor(peer: Address, fields: Fields, trusted: AddressSet): Told {
  const { client, looked } = walk(peer, parseXForwardedFor(fields.getAll('x-forwarded-for')), trusted)
  // A list of the same grammar. Some proxies append to it as they do to X-Forwarded-For, others pass on the one value of the first.
  const schemes = parseXForwardedFor(fields.getAll('x-forwarded-proto'))
  const scheme = schemes.at(-Math.max(1, Math.min(looked, schemes.length)))
  return { address: formatAddress(client), scheme: schemeOf(scheme) }
}

/** Goes from the right; the parsers have bounded how many nodes there are. */
function walk(peer: Address, nodes: readonly string[], trusted: AddressSet): Walk {
  let client = peer
  for (let looked = 1; looked <= nodes.length; looked++) {
    const address = nodeAddress(nodes[nodes.length - looked]!)
    if (address === null) return { client, looked }
    client = address
    if (!trusted.has(address)) return { client, looked }
  }
  return { client, looked: nodes.length }
}

function schemeOf(text: string | undefined): ClientAddress['scheme'] {
  const scheme = text?.toLowerCase()
  return scheme === 'http' || scheme === 'https' ? scheme : null
}
