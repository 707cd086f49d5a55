// TLS to the peers of one hop: who is trusted, which name is asked for and verified, and the sessions that spare a full handshake.
//
// A resumed session is not verified again, so sessions are kept under the name they were verified for, and never leave their hop.

import { isIP } from 'node:net'
import { constants } from 'node:os'
import { checkServerIdentity, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { BoundedMap } from '../base/bounded-map.ts'
import type { Files } from '../base/ports.ts'
import { parseAuthority } from '../http/host.ts'
import type { HopTls } from './upstream.ts'

/** Names whose sessions are kept; a client may ask for as many hosts as it likes. */
const MAX_SESSIONS = 256
/** What the socket may speak: an answer in another protocol would not be one. */
const ALPN = ['http/1.1']

/** Where the handle of a socket says what it is doing; node has no other word for it. */
interface TlsHandle {
  readonly _parent?: { readStart?(): number }
}

/** TLS as one hop wants it. */
export class PeerTls {
  readonly #terms: HopTls
  readonly #files: Files
  readonly #sessions = new BoundedMap<string, Buffer>({ max: MAX_SESSIONS, whenFull: 'evict-oldest' })
  #context: SecureContext | null = null
  #reading: Promise<SecureContext> | null = null

  constructor(terms: HopTls, files: Files) {
    this.#terms = terms
    this.#files = files
  }

  /** The name to ask for and to verify. @param host Host field of the request @param address of the peer */
  nameFor(host: string | undefined, address: string): string {
    if (this.#terms.serverName !== null) return this.#terms.serverName
    const name = parseAuthority(host ?? '')?.host ?? parseAuthority(address)?.host ?? 'localhost'
    return name.startsWith('[') ? name.slice(1, -1) : name
  }

  /** Who is trusted. The file is read once. @throws Error when it cannot be read; the next call tries again */
  context(): SecureContext | Promise<SecureContext> {
    if (this.#context !== null) return this.#context
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  /** How to connect to a peer of that name. */
  optionsFor(name: string, secureContext: SecureContext) {
    const session = this.#sessions.get(name)
    return {
      secureContext,
      // An address is no server name (RFC 6066 §3), but it is verified as one.
      servername: isIP(name) === 0 ? name : '',
      ALPNProtocols: ALPN,
      rejectUnauthorized: this.#terms.verify === 'on',
      checkServerIdentity: (_host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(name, certificate),
      ...(session === undefined ? {} : { session }),
    }
  }

  /** Keeps a session for the next handshake with that name. */
  keep(name: string, session: Buffer): void {
    this.#sessions.set(name, session)
  }

  /**
   * A socket failed. If it was over a certificate, who is trusted may have been renewed: the file is read again for the next one, and
   * what was verified by the old one is verified anew.
   */
  failed(cause: NodeJS.ErrnoException): void {
    // A call to the system that failed, or a wrong name, says nothing about who is trusted.
    if (cause.syscall !== undefined || cause.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return
    this.#context = null
    this.#sessions.clear()
  }

  async #read(): Promise<SecureContext> {
    const { caFile } = this.#terms
    const ca = caFile === null ? null : await this.#files.read(caFile)
    if (caFile !== null && ca === null) throw new Error(`there is no file ${caFile}`)
    this.#context = createSecureContext(ca === null ? {} : { ca })
    return this.#context
  }
}

/**
 * Whether the peer itself said that it was done (close_notify), and nobody cut the connection. Asked in the `end` event of a socket
 * that hands on what it reads at once. When in doubt it was not.
 *
 * node tells both in the same way. But the end that the peer said comes while the socket below is still being read, and the end of the
 * connection stops that. @see RFC 9112 §9.8: a body without a length is only whole behind a valid closure alert
 */
export function endWasSaid(socket: TLSSocket): boolean {
  const parent = (socket as unknown as { _handle?: TlsHandle | null })._handle?._parent
  return parent?.readStart?.() === -constants.errno.EALREADY
}
