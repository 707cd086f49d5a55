// Who is at the other end of a connection, as far as its transport says: the socket, a PROXY header, a TLS handshake.

import type { ConnectionMemory } from '../pipeline/connection-memory.ts'

/** The other end of a connection. */
export interface Endpoint {
  /** The address of the client, or of the balancer in front where that says nothing of clients. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** SHA-256 of the verified client certificate as lower-case hex, or null. */
  readonly certificate: string | null
  /** What its requests said of themselves. */
  readonly memory: ConnectionMemory
}
