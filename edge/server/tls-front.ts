// TLS at one listener: takes accepted connections, shakes hands within the deadline, and hands on what came out of it.
//
// Invariants: a connection that does not get through is destroyed and counted, and nothing of it reaches HTTP. Where certificates of
// clients are required, no connection gets through without a verified one, a session that is taken up again included.

import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Files } from '../base/ports.ts'
import type { ListenerTls } from '../contract/listener.ts'
import { Certificates } from './certificates.ts'
import type { ConnectionHost, HeldConnection } from './connection-host.ts'
import type { Endpoint } from './endpoint.ts'

/** What came out of a handshake. */
export type TlsOutcome = 'ok' | 'failed' | 'timeout' | 'certificate'

/** Takes a connection that TLS is spoken on; it is paused, and may hold bytes already. */
export type Secured = (socket: TLSSocket, endpoint: Endpoint, protocol: 'h2' | 'http/1.1') => void

/** Bytes of ticket keys, as node wants them: 16 name the key, 16 sign, 16 encrypt. */
export const TICKET_KEY_BYTES = 48

/** Our own deadline counts, by our own clock: node's is as far away as it can be. */
const NODE_TIMEOUT_MS = 2_147_483_647

/** TLS at one listener. */
export class TlsFront {
  readonly #tls: ListenerTls
  readonly #host: ConnectionHost
  readonly #certificates: Certificates
  readonly #secured: Secured
  readonly #handshakes = new Map<Socket, Handshake>()
  #server: Server | null = null
  #ticketKeys: Buffer | null = null

  constructor(tls: ListenerTls, host: ConnectionHost, files: Files, secured: Secured) {
    const { clock, timers, log, metrics } = host
    this.#tls = tls
    this.#host = host
    this.#certificates = new Certificates(tls, { clock, timers, log, metrics, files })
    this.#secured = secured
  }

  /** Reads the certificates and follows their files. @throws EdgeError CONFIG_UNREADABLE, CONFIG_INVALID with file and reason */
  async load(): Promise<void> {
    await this.#certificates.load()
    this.#build()
    this.#certificates.watch(() => {
      this.reload().catch((cause: unknown) => this.#host.log.error({ event: 'certificates-failed', cause: String(cause) }))
    })
  }

  /** Reads the certificates again; what cannot be used is said in the log, and the old ones stay. */
  async reload(): Promise<void> {
    if ((await this.#certificates.reload()) === 'changed') this.#build()
  }

  /** Keys of session tickets, the same at all workers, so that any of them can take up a session. @throws RangeError unless 48 bytes */
  setTicketKeys(keys: Uint8Array): void {
    if (keys.byteLength !== TICKET_KEY_BYTES) throw new RangeError(`ticket keys have ${TICKET_KEY_BYTES} bytes`)
    this.#ticketKeys = Buffer.from(keys)
    if (this.#server !== null) this.#shareTicketKeys(this.#server, this.#ticketKeys)
  }

  /** Takes a connection, paused; what it has read already counts as its first bytes. */
  take(socket: Socket, endpoint: Endpoint): void {
    if (this.#server === null || socket.destroyed) return void socket.destroy()
    const handshake = new Handshake(socket, endpoint, this.#host, (outcome) => {
      this.#handshakes.delete(socket)
      this.#host.metrics.counter('weir_tls_handshakes_total', [outcome]).add(1)
    })
    this.#handshakes.set(socket, handshake)
    this.#host.add(handshake)
    // A client that closes its side in the middle of a handshake will never finish it.
    socket.allowHalfOpen = false
    this.#server.emit('connection', socket)
  }

  /** Follows the files no longer. */
  close(): void {
    this.#certificates.stop()
  }

  // A server that never listens: it is given its connections, and tells of each once, as secure or as failed. A new one for new
  // certificates, so that a handshake that has begun ends as it began.
  #build(): void {
    const { http2, clientCertificates } = this.#tls
    const { contexts } = this.#certificates
    const server = createServer({
      ...contexts.defaultOptions,
      SNICallback: (name, use) => use(null, contexts.for(name)),
      ALPNProtocols: http2 === 'on' ? ['h2', 'http/1.1'] : ['http/1.1'],
      requestCert: clientCertificates !== undefined,
      rejectUnauthorized: clientCertificates?.mode === 'require',
      handshakeTimeout: NODE_TIMEOUT_MS,
    })
    server.on('secureConnection', (socket) => this.#finish(socket))
    server.on('tlsClientError', (cause: NodeJS.ErrnoException, socket) => {
      const refused = cause.code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' || socket.authorizationError !== null
      this.#handshakeOf(socket)?.end(refused ? 'certificate' : 'failed')
      socket.destroy()
    })
    this.#ticketKeys ??= server.getTicketKeys()
    this.#shareTicketKeys(server, this.#ticketKeys)
    this.#server = server
  }

  #shareTicketKeys(server: Server, keys: Buffer): void {
    server.setTicketKeys(keys)
    this.#certificates.contexts.setTicketKeys(keys)
  }

  #finish(socket: TLSSocket): void {
    const handshake = this.#handshakeOf(socket)
    if (handshake === undefined) return void socket.destroy()
    const certificate = this.#certificateOf(socket)
    if (certificate === 'refused') {
      handshake.end('certificate')
      return void socket.destroy()
    }
    socket.allowHalfOpen = true
    const { address, memory } = handshake.endpoint
    // The connection is held as what it is now before it is let go as what it was: a host that drains sees no gap.
    this.#secured(socket, { address, scheme: 'https', certificate, memory }, socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1')
    handshake.end('ok')
  }

  // Looked at once more and not only by node: a session that is taken up in TLS 1.3 has no certificate in it when it had none at first.
  #certificateOf(socket: TLSSocket): string | null | 'refused' {
    const { clientCertificates } = this.#tls
    if (clientCertificates === undefined) return null
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) return clientCertificates.mode === 'require' ? 'refused' : null
    return socket.authorized ? certificate.fingerprint256.replaceAll(':', '').toLowerCase() : 'refused'
  }

  // node tells a TLS socket alone; the connection below it is a member that is in no documentation, but of old.
  #handshakeOf(socket: TLSSocket): Handshake | undefined {
    const below = (socket as unknown as { readonly _parent?: Socket })._parent
    return below === undefined ? undefined : this.#handshakes.get(below)
  }
}

/** A handshake under way. */
class Handshake implements HeldConnection {
  readonly endpoint: Endpoint
  readonly #socket: Socket
  readonly #host: ConnectionHost
  readonly #ended: (outcome: TlsOutcome) => void
  readonly #dueMs: number
  #over = false

  constructor(socket: Socket, endpoint: Endpoint, host: ConnectionHost, ended: (outcome: TlsOutcome) => void) {
    this.#socket = socket
    this.endpoint = endpoint
    this.#host = host
    this.#ended = ended
    this.#dueMs = host.clock.monotonicMs() + host.bootstrap.firstByteTimeoutMs
  }

  sweep(nowMs: number): void {
    if (nowMs <= this.#dueMs) return
    this.end('timeout')
    this.#socket.destroy()
  }

  // Who has just connected has its request on the way; the deadline is near enough.
  drain(): void {}

  destroy(): void {
    this.#socket.destroy()
  }

  /** It is over; only the first outcome counts. */
  end(outcome: TlsOutcome): void {
    if (this.#over) return
    this.#over = true
    this.#ended(outcome)
    this.#host.remove(this)
  }
}
