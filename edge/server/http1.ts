// The HTTP/1.1 listener of a worker, over node:http. Strict parsing, bounded heads, deadlines for slow clients, and a drain that
// finishes what is under way.
//
// Invariant: what is said on a connection is answered in order, and nothing is ever written into the middle of another answer.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Gauge, Log, Metrics, Timers } from '../base/ports.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import type { Incoming, Reply } from '../pipeline/exchange.ts'
import { framingFault } from './framing.ts'
import { Http1Reply, incomingOf } from './http1-exchange.ts'
import { listenAddress } from './listen-address.ts'
import { rawRefusal, refusalCode, refusalText } from './refusal.ts'
import { Turns } from './turns.ts'

/** How often node looks for clients whose head or idle time is over. */
const CHECK_EVERY_MS = 500
/** How long who was refused may go on sending, so that its bytes do not cost it the answer (RFC 9112 §9.6), and how long who has just
 * connected may take to ask when we are about to end. */
const LINGER_MS = 1_000

/** Serves one request. */
export type OnRequest = (incoming: Incoming, reply: Reply, wanted: Abort) => void

/** What a listener needs. */
export interface Http1Options {
  readonly bootstrap: EdgeBootstrap
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
  readonly onRequest: OnRequest
  readonly onFault: (code: ErrorCode) => void
}

interface Served {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A listener for HTTP/1.1. */
export class Http1Listener {
  readonly #server: Server
  readonly #options: Http1Options
  readonly #connections: Gauge
  readonly #turns = new Map<Socket, Turns<Served>>()
  #draining = false

  constructor(options: Http1Options) {
    this.#options = options
    this.#connections = options.metrics.gauge('weir_connections')
    const { bootstrap } = options
    this.#server = createServer(
      {
        insecureHTTPParser: false,
        requireHostHeader: false, // refused by the line instead, with a code and a log line
        maxHeaderSize: bootstrap.maxHeadBytes,
        headersTimeout: bootstrap.headTimeoutMs,
        requestTimeout: 0, // the body has a deadline of its own, by progress
        keepAliveTimeout: bootstrap.keepAliveMs,
        connectionsCheckingInterval: CHECK_EVERY_MS,
        noDelay: true,
      },
      (request, response) => this.#take(request, response),
    )
    this.#server.maxHeadersCount = 0 // node hides fields beyond its limit but frames by them; counted in #serve instead
    this.#server.maxConnections = bootstrap.maxConnections
    this.#server.timeout = Math.max(bootstrap.bodyTimeoutMs, bootstrap.headTimeoutMs + CHECK_EVERY_MS)
    this.#server.on('connection', (socket) => this.#count(socket))
    this.#server.on('clientError', (cause, socket) => this.#refuse(cause as NodeJS.ErrnoException, socket as Socket))
    // Without a listener, node would close the connection without a word.
    this.#server.on('connect', (_request, socket) =>
      this.#turnsOf(socket as Socket).finally(() => this.#say('METHOD_UNSUPPORTED', socket as Socket)),
    )
    this.#server.on('timeout', (socket) => this.#cutIfStuck(socket))
  }

  /** Listens. @param port stands in for the port of the bootstrap @returns the port @throws EdgeError LISTEN_FAILED */
  listen(port: number | null, sharing: 'shared' | 'alone'): Promise<number> {
    const address = listenAddress(this.#options.bootstrap.listen)
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException) =>
        reject(new EdgeError('LISTEN_FAILED', { listen: this.#options.bootstrap.listen, reason: cause.code }, cause))
      this.#server.once('error', failed)
      const where =
        address.kind === 'unix'
          ? { path: address.path }
          : { host: address.host, port: port ?? address.port, reusePort: sharing === 'shared' }
      this.#server.listen({ ...where, backlog: 4_096 }, () => {
        this.#server.off('error', failed)
        // A connection that could not be accepted (no file descriptor left) must not end the worker.
        this.#server.on('error', (cause) => this.#options.log.warn({ event: 'accept-failed', cause: String(cause) }))
        const bound = this.#server.address()
        resolve(bound !== null && typeof bound === 'object' ? bound.port : 0)
      })
    })
  }

  /** Takes no more connections, lets requests finish until the deadline, then cuts. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true
    const { timers } = this.#options
    // Not node's own close: that one also destroys connections whose last answer is written but not yet sent.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()))
    for (const [socket, turns] of this.#turns) if (turns.current === null && socket.bytesRead > 0) socket.destroySoon()
    // Who has just connected has its request on the way.
    const stopWaiting = timers.after(Math.min(LINGER_MS, deadlineMs), () => {
      for (const [socket, turns] of this.#turns) if (turns.current === null) socket.destroySoon()
    })
    const stopDeadline = timers.after(deadlineMs, () => {
      for (const socket of this.#turns.keys()) socket.destroy()
    })
    await closed
    stopWaiting()
    stopDeadline()
    this.#server.close() // stops node's own timer
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const turns = this.#turnsOf(socket)
    response.once('close', () => {
      // An answer whose head went out before the drain began could not say that it is the last one.
      if (this.#draining) socket.destroySoon()
      // Behind the last answer of a connection nothing is served any more (RFC 9112 §9.6).
      if (socket.writable) turns.next()
      else turns.drop()
    })
    if (!turns.take({ request, response }, () => this.#serve(request, response))) socket.destroy()
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const wanted = new Abort()
    const { timers, bootstrap, onRequest } = this.#options
    const reply = new Http1Reply(request, response, { wanted, timers, last: () => this.#draining || bootstrap.keepAliveMs === 0 })
    const incoming = incomingOf(request, timers, bootstrap.bodyTimeoutMs)
    const fault =
      incoming.fields.size > bootstrap.maxFields ? 'FIELDS_TOO_LARGE' : framingFault({ ...incoming, httpVersion: request.httpVersion })
    if (fault === null) return onRequest(incoming, reply, wanted)
    this.#options.onFault(fault)
    const text = refusalText(fault)
    response.writeHead(ERRORS[fault].status, {
      connection: 'close',
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': text.length,
    })
    response.end(text)
  }

  #turnsOf(socket: Socket): Turns<Served> {
    let turns = this.#turns.get(socket)
    if (turns === undefined) {
      turns = new Turns()
      this.#turns.set(socket, turns)
    }
    return turns
  }

  #count(socket: Socket): void {
    this.#connections.add(1)
    const turns = this.#turnsOf(socket)
    // node takes its own listener away from a tunnel, and an error that nobody listens to ends the worker.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#connections.add(-1)
      this.#turns.delete(socket)
      turns.drop()
    })
  }

  // The message could not be read: its sender gets a status, and the connection ends, since nothing behind it can be trusted.
  #refuse(cause: NodeJS.ErrnoException, socket: Socket): void {
    const code = refusalCode(cause)
    // Nobody there any more, or somebody who never said anything: there is nothing to answer.
    if (!socket.writable || cause.code === 'ECONNRESET' || socket.bytesRead === 0) return void socket.destroy()
    const turns = this.#turnsOf(socket)
    const current = turns.current
    // It is behind a whole request that is still being served: that one is answered first.
    if (current === null || current.request.complete) return turns.finally(() => this.#say(code, socket))
    // It is the body of the request being served. An answer that has begun can only be broken off.
    if (current.response.headersSent) return void socket.destroy()
    turns.drop()
    this.#say(code, socket)
  }

  #say(code: ErrorCode, socket: Socket): void {
    this.#options.onFault(code)
    if (!socket.writable) return void socket.destroy()
    socket.end(rawRefusal(code))
    this.#options.timers.after(LINGER_MS, () => socket.destroy())
  }

  // Nothing moved for a while. A client that takes nothing of its answer would hold an origin's connection for ever, and one
  // between two requests has had its time; who waits for the origin or for its turn is in nobody's way.
  #cutIfStuck(socket: Socket): void {
    if (this.#turnsOf(socket).current === null || socket.writableLength > 0) socket.destroy()
  }
}
