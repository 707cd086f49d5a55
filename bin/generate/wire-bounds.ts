import type { EdgeBootstrap } from '../../edge/contract/bootstrap.ts'

/** A bound or deadline of the wire, and what peers have in its place. */
export interface WireBound {
  readonly setting: keyof EdgeBootstrap
  readonly nginx: string
  readonly envoy: string
}

/** The bounds of the wire, with the defaults of nginx (its documentation) and Envoy (its documentation, and its guide for edges). */
export const WIRE_BOUNDS: readonly WireBound[] = [
  { setting: 'maxHeadBytes', nginx: '4 buffers of 8 KiB', envoy: '60 KiB' },
  { setting: 'maxTargetBytes', nginx: '8 KiB (one buffer)', envoy: 'within 60 KiB' },
  { setting: 'maxFieldBytes', nginx: '8 KiB (one buffer)', envoy: 'within 60 KiB' },
  { setting: 'maxFields', nginx: 'none', envoy: '100' },
  { setting: 'firstByteTimeoutMs', nginx: '60 s (with the head)', envoy: 'none (recommended: 10 s for the transport socket)' },
  { setting: 'headTimeoutMs', nginx: '60 s', envoy: 'none (recommended: 10 s)' },
  { setting: 'bodyTimeoutMs', nginx: '60 s', envoy: '5 min (stream idle)' },
  { setting: 'minBodyBytesPerSecond', nginx: 'none', envoy: 'none' },
  { setting: 'requestTimeoutMs', nginx: 'none', envoy: 'none (recommended: 5 min)' },
  { setting: 'sendTimeoutMs', nginx: '60 s', envoy: '5 min (stream idle)' },
  { setting: 'halfCloseMs', nginx: '0: taken as gone', envoy: '0: taken as gone' },
  { setting: 'keepAliveMs', nginx: '75 s', envoy: '1 h' },
  { setting: 'maxRequestsPerConnection', nginx: '1,000', envoy: 'none' },
  { setting: 'maxConnections', nginx: '512 (worker_connections, both sides)', envoy: 'none (recommended: set)' },
  { setting: 'maxConnectionsPerAddress', nginx: 'none (limit_conn)', envoy: 'none' },
  { setting: 'http2MaxStreams', nginx: '128', envoy: '2³¹ − 1 (recommended: 100)' },
  { setting: 'http2MaxResetsPerMinute', nginx: 'bounded by keepalive_requests', envoy: '500 in 30 s (premature resets)' },
  { setting: 'drainTimeoutMs', nginx: 'none (worker_shutdown_timeout)', envoy: '600 s' },
]
