// Upstream over HTTP/1.1 connections of our own: kept per hop, with one look at all deadlines instead of a timer for each.

import type { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Cancel, Metrics, Ports, Timers } from '../base/ports.ts'
import { requestHeadText } from '../wire/head-writer.ts'
import { begunBody } from './begun-body.ts'
import { type ConnectionMeters, type ConnectionPorts, PeerConnections } from './peer-connections.ts'
import type { Hop, Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { UpstreamExchange } from './upstream-exchange.ts'

/** Hops whose connections are kept; an idle one gives way, and while none is idle a new hop is told that we are busy. */
const MAX_HOPS = 4_096
/** How often deadlines are looked at; none is kept more exactly. */
const SWEEP_MS = 50
/** Methods whose request has a body by its nature: none is said aloud, since some origins wait for it otherwise (RFC 9110 §8.6). */
const WITH_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** What an upstream is built from. */
export interface UpstreamParts extends Pick<Ports, 'clock' | 'timers' | 'files' | 'metrics'> {
  /** Hops at once; MAX_HOPS when left out. */
  readonly maxHops?: number
}

/** Sends requests over HTTP/1.1. */
export class Http1Upstream implements Upstream {
  readonly #hops: BoundedMap<string, PeerConnections>
  readonly #timers: Timers
  readonly #ports: ConnectionPorts
  #stopSweeping: Cancel | null = null
  #sweptAtMs = 0

  constructor(parts: UpstreamParts) {
    const { clock, timers, files, metrics, maxHops = MAX_HOPS } = parts
    this.#hops = new BoundedMap({ max: maxHops, whenFull: 'refuse' })
    this.#timers = timers
    this.#ports = { clock, files, meters: metersOf(metrics) }
  }

  send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer> {
    const { body } = request
    if (body === null || wanted.aborted || this.#connectionsTo(hop)?.crowded !== true) return this.#send(request, hop, wanted)
    // As long as there is room bodies stream as they come; then, clients that do not send must not fill it (see begun-body.ts).
    return begunBody(body).then((begun) => this.#send({ ...request, body: begun }, hop, wanted))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hops.entries()].map(([, connections]) => connections.close()))
  }

  #send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer> {
    if (wanted.aborted) return Promise.reject(new EdgeError('CLIENT_GONE'))
    const headText = headTextOf(request)
    if (headText === null) return Promise.reject(new EdgeError('INTERNAL', { peer: hop.address, reason: 'the head cannot be written' }))
    const connections = this.#connectionsTo(hop)
    if (connections === null) return Promise.reject(new EdgeError('UPSTREAM_BUSY', { peer: hop.address, inFlight: 'no hop free' }))
    this.#stopSweeping ??= this.#startSweeping()
    const name = connections.nameFor(hop.scheme === 'https' ? request.fields.get('host') : undefined)
    return new Promise((resolve, reject) => {
      const task = { request, headText, hop, name, wanted, clock: this.#ports.clock }
      const exchange = new UpstreamExchange(task, connections, { resolve, reject })
      // Who would wait behind a full queue is better told so at once.
      if (connections.enter(exchange)) return
      exchange.fail(new EdgeError('UPSTREAM_BUSY', { peer: hop.address, inFlight: connections.inFlight }))
    })
  }

  #connectionsTo(hop: Hop): PeerConnections | null {
    const key = keyOf(hop)
    const known = this.#hops.get(key)
    if (known !== undefined) return known
    const connections = new PeerConnections(hop, this.#ports)
    if (this.#hops.set(key, connections)) return connections
    if (!this.#makeRoom()) return null
    this.#hops.set(key, connections)
    return connections
  }

  // Only a hop without work may go: closing one under a request would fail it.
  #makeRoom(): boolean {
    for (const [old, connections] of this.#hops.entries()) {
      if (connections.inFlight > 0) continue
      this.#hops.delete(old)
      connections.dropIdle()
      return true
    }
    return false
  }

  #startSweeping(): Cancel {
    this.#sweptAtMs = this.#ports.clock.monotonicMs()
    return this.#timers.every(SWEEP_MS, () => this.#sweepInTime())
  }

  // After a stall of this thread timers run before the sockets are read: answers that came in time are still unread then. One more turn
  // of the loop reads them, so that the thread's own delay is not taken for that of a peer.
  #sweepInTime(): void {
    const nowMs = this.#ports.clock.monotonicMs()
    const stalled = nowMs - this.#sweptAtMs > 2 * SWEEP_MS
    this.#sweptAtMs = nowMs
    if (stalled) this.#timers.after(1, () => this.#sweep(nowMs))
    else this.#sweep(nowMs)
  }

  #sweep(nowMs: number): void {
    let quiet = true
    for (const [, connections] of this.#hops.entries()) {
      connections.sweep(nowMs)
      quiet &&= connections.quiet
    }
    if (!quiet) return
    this.#stopSweeping?.()
    this.#stopSweeping = null
  }
}

// Whatever the hop says that its connections hang on. Its deadlines are those of each exchange.
function keyOf(hop: Hop): string {
  const { scheme, address, maxConnections, maxQueued, keepAliveMs, tls } = hop
  const key = `${address} ${maxConnections} ${maxQueued} ${keepAliveMs}`
  return scheme === 'http' ? key : `${key} ${tls.verify} ${tls.serverName} ${tls.caFile}`
}

function headTextOf({ method, target, fields, body }: UpstreamRequest): string | null {
  const raw = fields.toRaw()
  if (body === null) {
    if (WITH_CONTENT.has(method)) raw.push('Content-Length', '0')
  } else if (body.lengthBytes === null) raw.push('Transfer-Encoding', 'chunked')
  else raw.push('Content-Length', String(body.lengthBytes))
  return requestHeadText(method, target, raw)
}

function metersOf(metrics: Metrics): ConnectionMeters {
  return {
    open: metrics.gauge('weir_upstream_connections'),
    connected: metrics.counter('weir_upstream_connects_total', ['connected']),
    failed: metrics.counter('weir_upstream_connects_total', ['failed']),
    timedOut: metrics.counter('weir_upstream_connects_total', ['timeout']),
    abandoned: metrics.counter('weir_upstream_connects_total', ['abandoned']),
    reused: metrics.counter('weir_upstream_reused_total'),
  }
}
