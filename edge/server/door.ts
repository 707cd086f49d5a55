// A door: what a connection goes through at one listener before it speaks HTTP: PROXY header, then TLS, each where it is asked for.

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Counter, Files } from '../base/ports.ts'
import type { ListenerConfig } from '../contract/listener.ts'
import type { ConnectionHost } from './connection-host.ts'
import type { Endpoint } from './endpoint.ts'
import { serveHttp1 } from './http1-connection.ts'
import { serveHttp2 } from './http2-connection.ts'
import { readProxyHeader, trustedBalancers } from './proxy-protocol.ts'
import { redirectHost } from './redirect.ts'
import { TlsFront } from './tls-front.ts'

/** What connections go through at one listener. */
export class Door {
  readonly address: string
  readonly #host: ConnectionHost
  readonly #tls: TlsFront | null
  /** Whose PROXY header is believed; null where none is spoken. */
  readonly #balancers: ((address: string) => boolean) | null
  readonly #http1: Counter
  readonly #http2: Counter

  constructor(listener: ListenerConfig, host: ConnectionHost, files: Files) {
    const { address, tls, proxyProtocol, redirectToHttps } = listener
    this.address = address
    this.#host = redirectToHttps === undefined ? host : redirectHost(host, redirectToHttps.port)
    this.#tls =
      tls === undefined ? null : new TlsFront(tls, host, files, (socket, endpoint, protocol) => this.#secured(socket, endpoint, protocol))
    this.#balancers = proxyProtocol === undefined ? null : trustedBalancers(proxyProtocol.trusted)
    this.#http1 = host.metrics.counter('weir_connections_total', ['http1'])
    this.#http2 = host.metrics.counter('weir_connections_total', ['http2'])
  }

  /** Reads what it needs. @throws EdgeError CONFIG_UNREADABLE, CONFIG_INVALID */
  async load(): Promise<void> {
    await this.#tls?.load()
  }

  /** Reads certificates again; what cannot be used is said in the log, and the old ones stay. */
  async reload(): Promise<void> {
    await this.#tls?.reload()
  }

  /** Keys of session tickets, 48 bytes. */
  setTicketKeys(keys: Uint8Array): void {
    this.#tls?.setTicketKeys(keys)
  }

  /** Lets go of what is followed. */
  close(): void {
    this.#tls?.close()
  }

  /** Whether connections from this address are those of many clients: a balancer that names them. */
  speaksForMany(address: string): boolean {
    return this.#balancers?.(address) === true
  }

  /** Whether HTTP begins with the first byte. */
  get plain(): boolean {
    return this.#balancers === null && this.#tls === null
  }

  /** Takes a connection, paused. */
  take(socket: Socket, endpoint: Endpoint): void {
    if (this.#balancers === null) return this.#enter(socket, endpoint)
    const { timers, bootstrap, metrics } = this.#host
    readProxyHeader(socket, { trusted: this.#balancers, timers, timeoutMs: bootstrap.firstByteTimeoutMs }, (outcome) => {
      if (outcome.kind === 'read') return this.#enter(socket, { ...endpoint, address: outcome.address ?? endpoint.address })
      metrics.counter('weir_connections_refused_total', [outcome.reason]).add(1)
    })
  }

  #enter(socket: Socket, endpoint: Endpoint): void {
    if (this.#tls === null) this.#serve(socket, endpoint)
    else this.#tls.take(socket, endpoint)
  }

  #secured(socket: TLSSocket, endpoint: Endpoint, protocol: 'h2' | 'http/1.1'): void {
    if (protocol !== 'h2') return this.#serve(socket, endpoint)
    this.#http2.add(1)
    serveHttp2(socket, endpoint, this.#host)
  }

  #serve(socket: Socket, endpoint: Endpoint): void {
    this.#http1.add(1)
    serveHttp1(socket, endpoint, this.#host)
    socket.resume()
  }
}
