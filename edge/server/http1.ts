// The HTTP/1.1 listener of a worker, over node:http. Strict parsing, bounded heads, deadlines for slow clients, and a drain that
// finishes what is under way.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Gauge, Metrics, Timers } from '../base/ports.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import type { Incoming, Reply } from '../pipeline/exchange.ts'
import { Http1Reply, incomingOf } from './http1-exchange.ts'
import { listenAddress } from './listen-address.ts'

/** How often node looks for clients whose head or idle time is over. */
const CHECK_EVERY_MS = 500

/** Serves one request. */
export type OnRequest = (incoming: Incoming, reply: Reply, wanted: Abort) => void

/** What a listener needs. */
export interface Http1Options {
  readonly bootstrap: EdgeBootstrap
  readonly timers: Timers
  readonly metrics: Metrics
  readonly onRequest: OnRequest
  readonly onFault: (code: ErrorCode) => void
}

/** A listener for HTTP/1.1. */
export class Http1Listener {
  readonly #server: Server
  readonly #options: Http1Options
  readonly #connections: Gauge
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
    this.#server.maxHeadersCount = 0 // node hides fields beyond its limit but frames by them; counted in #take instead
    this.#server.maxConnections = bootstrap.maxConnections
    this.#server.on('connection', (socket) => this.#count(socket))
    this.#server.on('clientError', (cause, socket) => this.#refuse(cause as NodeJS.ErrnoException, socket as Socket))
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
        const bound = this.#server.address()
        resolve(bound !== null && typeof bound === 'object' ? bound.port : 0)
      })
    })
  }

  /** Takes no more connections, lets requests finish until the deadline, then cuts. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const cancel = this.#options.timers.after(deadlineMs, () => this.#server.closeAllConnections())
    await closed
    cancel()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const wanted = new Abort()
    const { timers, bootstrap, onRequest } = this.#options
    const reply = new Http1Reply(request, response, { wanted, draining: () => this.#draining })
    if (request.rawHeaders.length / 2 > bootstrap.maxFields) {
      this.#options.onFault('FIELDS_TOO_LARGE')
      response.writeHead(431, { connection: 'close', 'content-length': '0' })
      response.end()
      return
    }
    onRequest(incomingOf(request, timers, bootstrap.bodyTimeoutMs), reply, wanted)
  }

  #count(socket: Socket): void {
    this.#connections.add(1)
    socket.once('close', () => this.#connections.add(-1))
  }

  // The message could not be read: its sender gets a status, and the connection ends, since nothing behind it can be trusted.
  #refuse(cause: NodeJS.ErrnoException, socket: Socket): void {
    const code = refusalCode(cause)
    if (cause.code !== 'ECONNRESET') this.#options.onFault(code)
    if (!socket.writable || cause.code === 'ECONNRESET') return void socket.destroy()
    const { status, sentence } = ERRORS[code]
    const text = `${JSON.stringify({ status, code, message: sentence })}\n`
    socket.end(
      `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
    )
  }
}

function refusalCode(cause: NodeJS.ErrnoException): ErrorCode {
  if (cause.code === 'HPE_HEADER_OVERFLOW') return 'FIELDS_TOO_LARGE'
  if (cause.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT'
  return 'BAD_MESSAGE'
}
