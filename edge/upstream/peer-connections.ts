// The connections to one hop and the queue in front of them. At most `maxConnections` at once; at most `maxQueued` requests wait for
// one, in the order in which they came. Who is used is the connection that was used last: the others grow old and go.
//
// Invariant: `#open` holds every connection that is not over; `#idle` those of them without a request, the freshest last. Nobody waits
// while a connection is idle, or while one more may be opened.

import type { SecureContext } from 'node:tls'
import type { Clock, Counter, Files, Gauge } from '../base/ports.ts'
import { PeerTls } from './peer-tls.ts'
import type { Hop } from './upstream.ts'
import { type ConnectionOwner, type Ending, UpstreamConnection } from './upstream-connection.ts'
import type { PeerQueue, UpstreamExchange } from './upstream-exchange.ts'

/** What connections count in. */
export interface ConnectionMeters {
  readonly open: Gauge
  readonly connected: Counter
  readonly failed: Counter
  readonly timedOut: Counter
  /** The client went away before the connection stood. */
  readonly abandoned: Counter
  readonly reused: Counter
}

/** What connections need of the world. */
export interface ConnectionPorts {
  readonly clock: Clock
  readonly files: Files
  readonly meters: ConnectionMeters
}

/** A promise of keep-alive is taken with this much off: a request must not arrive in the moment it ends. */
const KEEP_ALIVE_MARGIN_MS = 1_000

/** The connections to one hop. */
export class PeerConnections implements ConnectionOwner, PeerQueue {
  readonly #hop: Hop
  readonly #ports: ConnectionPorts
  readonly #tls: PeerTls | null
  readonly #open = new Set<UpstreamConnection>()
  readonly #idle: UpstreamConnection[] = []
  readonly #waiting = new Set<UpstreamExchange>()
  #closing: PromiseWithResolvers<void> | null = null

  constructor(hop: Hop, ports: ConnectionPorts) {
    this.#hop = hop
    this.#ports = ports
    this.#tls = hop.scheme === 'https' ? new PeerTls(hop.tls, ports.files) : null
  }

  /** Requests that run or wait. */
  get inFlight(): number {
    return this.#open.size - this.#idle.length + this.#waiting.size
  }

  /** Whether half of the connections that there may be are in use. */
  get crowded(): boolean {
    return 2 * this.inFlight >= this.#hop.maxConnections
  }

  /** Whether there is neither a request nor a connection. */
  get quiet(): boolean {
    return this.#open.size === 0 && this.#waiting.size === 0
  }

  /** The name to ask the peer for; empty without TLS. @param host Host field of the request */
  nameFor(host: string | undefined): string {
    return this.#tls === null ? '' : this.#tls.nameFor(host, this.#hop.address)
  }

  /** Starts an exchange, or lets it wait for its turn. @returns false when too many wait already */
  enter(exchange: UpstreamExchange): boolean {
    const connection = this.#takeIdle(exchange.task.name)
    if (connection !== null) {
      this.#use(connection, exchange)
      return true
    }
    // Those that are left were verified for other names.
    if (this.#open.size >= this.#hop.maxConnections) this.#idle[0]?.drop()
    if (this.#open.size < this.#hop.maxConnections) {
      this.#connect(exchange)
      return true
    }
    if (this.#waiting.size >= this.#hop.maxQueued) return false
    this.#waiting.add(exchange)
    return true
  }

  again(exchange: UpstreamExchange): void {
    this.#connect(exchange)
  }

  leave(exchange: UpstreamExchange): void {
    this.#waiting.delete(exchange)
    this.#settle()
  }

  /** Ends what is past its deadline; called a few times a second. */
  sweep(nowMs: number): void {
    for (const exchange of this.#waiting) exchange.sweep(nowMs)
    for (const connection of this.#open) {
      if (connection.occupant !== null) connection.occupant.sweep(nowMs)
      else if (connection.idleUntilMs <= nowMs) connection.drop()
    }
  }

  /** Closes idle connections. */
  dropIdle(): void {
    for (const connection of [...this.#idle]) connection.drop()
  }

  /** Closes idle connections, and the others when they are done. Resolves when all is over. */
  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers()
    this.dropIdle()
    this.#settle()
    return this.#closing.promise
  }

  opened(_connection: UpstreamConnection): void {
    this.#ports.meters.connected.add(1)
    this.#ports.meters.open.add(1)
  }

  freed(connection: UpstreamConnection, keepAliveS: number | null): void {
    const promisedMs = keepAliveS === null ? Number.POSITIVE_INFINITY : keepAliveS * 1_000 - KEEP_ALIVE_MARGIN_MS
    const keepMs = Math.min(this.#hop.keepAliveMs, promisedMs)
    if (keepMs <= 0) return connection.drop()
    const next = this.#waiting.values().next().value
    if (next !== undefined) {
      if (next.task.name !== connection.name) return connection.drop()
      this.#waiting.delete(next)
      return this.#use(connection, next)
    }
    if (this.#closing !== null) return connection.drop()
    connection.idleUntilMs = this.#ports.clock.monotonicMs() + keepMs
    this.#idle.push(connection)
  }

  closed(connection: UpstreamConnection, was: 'connecting' | 'open', why: Ending): void {
    const { meters } = this.#ports
    this.#open.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    if (was === 'open') meters.open.add(-1)
    else if (why === 'failed') meters.failed.add(1)
    else if (why === 'late') meters.timedOut.add(1)
    else meters.abandoned.add(1)
    const next = this.#waiting.values().next().value
    if (next !== undefined && this.#open.size < this.#hop.maxConnections) {
      this.#waiting.delete(next)
      this.#connect(next)
    }
    this.#settle()
  }

  #takeIdle(name: string): UpstreamConnection | null {
    const nowMs = this.#ports.clock.monotonicMs()
    for (let at = this.#idle.length - 1; at >= 0; at -= 1) {
      const connection = this.#idle[at]!
      if (connection.name !== name) continue
      if (connection.usable && connection.idleUntilMs > nowMs) {
        this.#idle.splice(at, 1)
        return connection
      }
      connection.drop()
    }
    return null
  }

  #use(connection: UpstreamConnection, exchange: UpstreamExchange): void {
    this.#ports.meters.reused.add(1)
    exchange.goOn(connection)
  }

  #connect(exchange: UpstreamExchange): void {
    const { name } = exchange.task
    const connection = new UpstreamConnection(name, this, exchange)
    this.#open.add(connection)
    exchange.connecting(connection)
    const { address } = this.#hop
    const tls = this.#tls
    const open = (context: SecureContext | null) =>
      connection.open({ address, secure: tls === null || context === null ? null : { tls, name, context } })
    // Never in this turn: connections that fail at once would otherwise make a stack as deep as the queue is long.
    Promise.resolve(tls === null ? null : tls.context())
      .then(open)
      .catch((cause: Error) => connection.break(cause))
  }

  #settle(): void {
    if (this.#closing !== null && this.quiet) this.#closing.resolve()
  }
}
