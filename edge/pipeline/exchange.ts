// An exchange: one request and all that serves it. The server makes it, the line reads it. Nothing in it is changed by a stage but `why`.

import type { Duplex } from 'node:stream'
import type { Abort } from '../base/abort.ts'
import type { Background } from '../base/background.ts'
import type { ByteBudget } from '../base/byte-budget.ts'
import type { Clock, Log, Random, Timers } from '../base/ports.ts'
import type { CodedBodies } from '../cache/coded-bodies.ts'
import type { Entry } from '../cache/entry.ts'
import type { FillTurns } from '../cache/fill-turn.ts'
import type { Flights } from '../cache/flights.ts'
import type { HotTraffic } from '../cache/hot-traffic.ts'
import type { Levels } from '../cache/levels.ts'
import type { PurgeFence } from '../cache/purge-fence.ts'
import type { Refreshes } from '../cache/refreshes.ts'
import type { StaticCopies } from '../cache/static-copies.ts'
import type { WritePurges } from '../cache/write-purges.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan, Snapshot } from '../config/snapshot.ts'
import type { KnownTarget } from '../config/target-memo.ts'
import type { PurgeOrder } from '../contract/purge.ts'
import type { Body } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import type { Batches } from '../resilience/batches.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { WebsocketLane } from '../upstream/websocket-lane.ts'
import type { BatchedRead } from './batched-read.ts'
import type { BodiesInUse } from './bodies-in-use.ts'
import type { ConnectionMemory } from './connection-memory.ts'
import type { LineMetrics } from './line-metrics.ts'
import type { ServedBy, Why } from './why.ts'

/** A request as the server read it: whole head, body still on the way. */
export interface Incoming {
  readonly method: string
  /** The request-target as it came. */
  readonly target: string
  readonly httpVersion: '1.0' | '1.1' | '2'
  readonly scheme: 'http' | 'https'
  readonly fields: Fields
  /** null when the request has none. */
  readonly body: Body | null
  /** Who is at the other end of the connection. */
  readonly peerAddress: string
  /** The verified certificate of the client: the SHA-256 of it as lower-case hex; null without one. */
  readonly certificate: string | null
  /** For all requests of its connection. */
  readonly memory: ConnectionMemory
  /** There when the client asks for a WebSocket: the connection, to be taken over. */
  readonly upgrade: UpgradeOffer | null
}

/** A connection that may become a tunnel. */
export interface UpgradeOffer {
  /** Takes the connection out of the server's hands, for good. `early` is what came behind the request: nobody may see it before 101. */
  take(): { readonly socket: Duplex; readonly early: Uint8Array }
}

/** An answer on its way to the client. */
export interface Answer {
  readonly status: number
  readonly fields: Fields
  readonly body: Body | null
  readonly servedBy: ServedBy
  /** Whether this edge is named in its Via already, since many share its fields. */
  readonly tellsVia?: boolean
  /** There when the answer went its own way already (a tunnel): how that ends. Nothing else is sent then. */
  readonly sent?: Promise<Sent>
}

/** How the sending of an answer ended. */
export type Sent =
  | { readonly outcome: 'whole'; readonly bytes: number }
  | { readonly outcome: 'client-gone'; readonly bytes: number }
  | { readonly outcome: 'cut'; readonly bytes: number; readonly fault: unknown }

/** The way back to the client. */
export interface Reply {
  /** Passes an interim answer on (103 Early Hints), before `send`; where the client's version knows none, nothing happens. */
  interim(status: number, fields: Fields): void
  /** Sends an answer; called exactly once. Never throws. A body that breaks off breaks off at the client too. */
  send(answer: Answer): Promise<Sent> | Sent
}

/** What all exchanges of a worker share. */
export interface Tools {
  readonly edgeId: string
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  /** null when nobody wants one. */
  readonly accessLog: Log | null
  readonly metrics: LineMetrics
  readonly levels: Levels
  readonly flights: Flights
  /** The keys that this worker is asked for most. */
  readonly hot: HotTraffic
  /** Kept answers in other codings. */
  readonly codedBodies: CodedBodies
  /** Turns to fetch among the edges that share a Redis; null without one. */
  readonly fillLeases: FillTurns | null
  /** Turns among the workers of this edge; null when it has one worker. */
  readonly siblingTurns: FillTurns | null
  /** Copies of pages on disk; null where the edge keeps nothing there. */
  readonly copies: StaticCopies | null
  readonly refreshes: Refreshes
  /** Reads of single items that wait for others like them. */
  readonly batches: Batches<BatchedRead>
  /** Between kept entries and who is served from them: what was purged. */
  readonly fence: PurgeFence
  readonly upstream: Upstream
  /** For copies of requests: connections of their own, so that no mirror takes one from a client. */
  readonly mirrorUpstream: Upstream
  readonly websockets: WebsocketLane
  readonly background: Background
  /** How overloaded this worker is, 0 to 4, and when who is shed may come back. */
  readonly pressure: { readonly level: number; readonly retryAfterMs: number }
  /** What this worker may hold of bodies on their way. */
  readonly budget: ByteBudget
  /** Bodies of kept entries that slow clients are reading. */
  readonly bodiesInUse: BodiesInUse
  /** Purges here, at the other workers of this edge, and through the control plane everywhere. */
  readonly purge: (orders: readonly PurgeOrder[]) => void
  /** Purges of what unsafe requests changed, where other edges are to hear of it. */
  readonly writePurges: WritePurges
  /** Forgets a key here, in Redis and at the other workers of this edge. */
  readonly forget: (cacheKey: string) => void
  /** Hands an entry that was kept in memory to the other workers of this edge; what is kept is what it gives back. */
  readonly shareFill: (cacheKey: string, entry: Entry, maxVariants: number) => Entry
}

/** One request and all that serves it. */
export interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly startedMonotonicMs: number
  readonly incoming: Incoming
  readonly reply: Reply
  /** Taken once, kept to the log line. */
  readonly snapshot: Snapshot
  readonly tools: Tools
  readonly why: Why
  /** Fires when the client is gone. */
  readonly wanted: Abort
}

/** A request made canonical: what all stages after `normalise` look at. */
export interface Request {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** Lower-case, without the port; empty for HTTP/1.0 without Host. */
  readonly host: string
  /** Host and port as they go to the origin, without the port that the scheme has anyway. */
  readonly authority: string
  /** Canonical path. */
  readonly path: string
  /** Without `?`; null when there is none. */
  readonly query: string | null
  readonly fields: Fields
  /** The target as it was read, for it and those like it. */
  readonly known: KnownTarget
}

/** Who asks for what, and the route that takes it: what all stages after `match` look at. */
export interface Asked {
  readonly request: Request
  readonly client: Client
  readonly route: RoutePlan
  /** The fields of the request as the cache, and the origin of a cacheable request, see them: what keys and variants are made from. */
  readonly shared: Fields
}

/** Path and query of a request. */
export function targetOf(path: string, query: string | null): string {
  return query === null ? path : `${path}?${query}`
}
