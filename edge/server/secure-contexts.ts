// What TLS is spoken with at one listener: a context for each certificate, and which of them a client gets.

import { constants, createHash } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { EdgeError } from '../base/edge-error.ts'
import type { ListenerTls } from '../contract/listener.ts'
import type { Certificate } from './certificate.ts'

/** What the files of a listener hold. */
export interface TlsMaterial {
  /** At least one; the first is for clients that name none of them. */
  readonly certificates: readonly Certificate[]
  /** Who signs the certificates of clients, PEM; null when none are asked for. */
  readonly caText: string | null
}

// Forward secrecy and authenticated encryption only: the list of RFC 9113 appendix A has none of these. All are good, so the client
// chooses: one without AES in hardware takes ChaCha20.
const CIPHERS = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':')

/** How long a session may be taken up again. Shorter with certificates of clients: what was verified then is believed till then. */
const SESSION_S = { anonymous: 7_200, verified: 300 } as const

/** The contexts of one listener. */
export class SecureContexts {
  /** For clients that name nothing we know. */
  readonly defaultOptions: SecureContextOptions
  readonly #contexts: readonly SecureContext[]
  readonly #exact = new Map<string, SecureContext>()
  /** By what stands behind the star: `.example.org`. */
  readonly #wildcard = new Map<string, SecureContext>()

  /** @throws EdgeError CONFIG_INVALID for what only OpenSSL sees, such as a key that is too short */
  constructor(tls: ListenerTls, material: TlsMaterial) {
    const options = material.certificates.map((certificate) => optionsOf(tls, material, certificate))
    this.defaultOptions = options[0]!
    this.#contexts = options.map((one, index) => contextOf(one, tls.certificates[index]!.certFile))
    for (const [index, { names }] of material.certificates.entries()) {
      for (const name of names) this.#name(name, this.#contexts[index]!)
    }
  }

  /**
   * The context for the name that a client asks for (SNI), or undefined for the default.
   * @see RFC 6066 §3, RFC 6125 §6.4.3: a star stands for one whole label
   */
  for(servername: string): SecureContext | undefined {
    const name = servername.toLowerCase()
    const exact = this.#exact.get(name)
    if (exact !== undefined) return exact
    const dot = name.indexOf('.')
    return dot <= 0 ? undefined : this.#wildcard.get(name.slice(dot))
  }

  /** Keys of session tickets. OpenSSL seals with the context of the name and opens with the default one: all need the same. */
  setTicketKeys(keys: Buffer): void {
    for (const { context } of this.#contexts) context.setTicketKeys(keys)
  }

  #name(name: string, context: SecureContext): void {
    const names = name.startsWith('*.') ? this.#wildcard : this.#exact
    const key = name.startsWith('*.') ? name.slice(1) : name
    // Of two certificates for one name the first listed counts.
    if (!names.has(key)) names.set(key, context)
  }
}

function optionsOf(tls: ListenerTls, { caText }: TlsMaterial, { certText, keyText }: Certificate): SecureContextOptions {
  return {
    cert: certText,
    key: keyText,
    ...(caText === null ? {} : { ca: caText }),
    minVersion: tls.minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: false,
    // A client that renegotiates makes us work at little cost to itself (CVE-2011-1473), and HTTP/2 forbids it (RFC 9113 §9.2.1).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionTimeout: caText === null ? SESSION_S.anonymous : SESSION_S.verified,
    sessionIdContext: sessionContext(tls, caText),
  }
}

function contextOf(options: SecureContextOptions, file: string): SecureContext {
  try {
    return createSecureContext(options)
  } catch (cause) {
    throw new EdgeError(
      'CONFIG_INVALID',
      { file, reason: `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}` },
      cause,
    )
  }
}

// All listeners and workers share their ticket keys. A session begun where no certificate was asked for, or another authority counted,
// must not be taken up where this one does (compare CVE-2025-23419): OpenSSL compares this text.
function sessionContext(tls: ListenerTls, caText: string | null): string {
  const terms = caText === null ? 'anonymous' : `${tls.clientCertificates?.mode} ${caText}`
  return createHash('sha256').update(terms).digest('hex').slice(0, 32)
}
