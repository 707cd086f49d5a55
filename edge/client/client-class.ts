import type { ClientClass } from '../contract/client.ts'
import type { Introduced } from './introduced.ts'

/** Who asks, as far as the edge can tell. */
export interface Client {
  /** Canonical text of its address; `unknown` where the socket has none. */
  readonly address: string
  readonly class: ClientClass
  /** Whether the peer of the connection is a trusted proxy, so that what it says of the client was believed. */
  readonly trustedPeer: boolean
  /** What an edge in front of this one said of it; null where none did. */
  readonly introduced: Introduced | null
  /** Whether an edge in front of this one sent the request. */
  readonly viaEdge: boolean
  /** How the client reached us, or the first trusted proxy in front of us. */
  readonly scheme: 'http' | 'https'
  /** The User-Agent as it came. */
  readonly userAgent: string | undefined
  /** SHA-256 of its verified certificate as lower-case hex, or null. */
  readonly certificate: string | null
}
