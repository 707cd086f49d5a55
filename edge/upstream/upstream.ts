// The upstream seam: one request to one address. What to send, where and how long to wait is decided before; what to do about a
// fault is decided after. The wire behind it can be replaced without either noticing.

import type { Abort } from '../base/abort.ts'
import type { Body } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'

/** A request as a peer gets it. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query, canonical. */
  readonly target: string
  /** Ready to be sent: no hop-by-hop field, no Content-Length, no Transfer-Encoding. */
  readonly fields: Fields
  readonly body: Body | null
  /** Hears interim answers that clients may want (103 Early Hints, RFC 8297); others are dropped. */
  readonly onInterim?: (status: number, fields: Fields) => void
}

/** An answer of a peer; hop-by-hop fields are still in it. */
export interface UpstreamAnswer {
  readonly status: number
  readonly fields: Fields
  /** To be opened exactly once, or cancelled. */
  readonly body: Body
}

/** Where a request goes, and how long each step may take. */
export interface Hop {
  readonly scheme: 'http' | 'https'
  /** host:port or unix:/path. */
  readonly address: string
  readonly connectTimeoutMs: number
  readonly firstByteTimeoutMs: number
  readonly idleTimeoutMs: number
  /** All that may pass from now to the head of the answer, whatever step it is lost in. */
  readonly untilHeadMs: number
  readonly maxConnections: number
  readonly maxQueued: number
  readonly keepAliveMs: number
  /** Used where scheme is https. */
  readonly tls: HopTls
}

/** How a peer is spoken to over TLS. */
export interface HopTls {
  /** The name to ask for and to verify; null takes the host of the request. */
  readonly serverName: string | null
  readonly verify: 'on' | 'off'
  /** A PEM file with who signs; null for the public authorities. */
  readonly caFile: string | null
}

/** Sends requests to peers. */
export interface Upstream {
  /**
   * Sends a request and gives the head of the answer, its body still on the way.
   * @param wanted stops the work when the client is gone
   * @throws EdgeError UPSTREAM_* (whose row says whether another peer may be tried), CLIENT_GONE, BODY_TOO_LARGE
   */
  send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer>
  /** Closes idle connections; what is under way is finished. */
  close(): Promise<void>
}
