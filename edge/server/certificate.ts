// One certificate with its chain, and its private key, read from PEM and checked against each other.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/** A certificate that can be served. */
export interface Certificate {
  /** The certificate with its chain, PEM. */
  readonly certText: string
  /** Its private key, PEM. */
  readonly keyText: string
  /** DNS names it is for, lower-case, `*.example.org` among them. */
  readonly names: readonly string[]
  /** How the log and metrics call it: its first name, or its subject when it is for no name. */
  readonly name: string
  /** Wall clock, ms since the Unix epoch. */
  readonly beginsAtMs: number
  /** Wall clock, ms since the Unix epoch. */
  readonly endsAtMs: number
}

/** Why a pair of files is no certificate that can be served. */
export interface CertificateFault {
  readonly file: 'cert' | 'key'
  /** Completes the sentence "FILE …". */
  readonly reason: string
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Reads a certificate and its key; a fault is a value. */
export function readCertificate(certText: string, keyText: string): Certificate | CertificateFault {
  const leaf = readChain(certText)
  if (typeof leaf === 'string') return { file: 'cert', reason: leaf }
  const key = readKey(keyText)
  if (typeof key === 'string') return { file: 'key', reason: key }
  if (!leaf.checkPrivateKey(key)) return { file: 'key', reason: 'does not belong to the certificate' }
  const names = dnsNames(leaf.subjectAltName ?? '')
  return {
    certText,
    keyText,
    names,
    name: names[0] ?? leaf.subject,
    beginsAtMs: leaf.validFromDate.getTime(),
    endsAtMs: leaf.validToDate.getTime(),
  }
}

/** The first certificate of a chain of which all can be read, or what is wrong with it. */
export function readChain(text: string): X509Certificate | string {
  const blocks = text.match(BLOCK) ?? []
  let first: X509Certificate | null = null
  for (const [index, block] of blocks.entries()) {
    try {
      const certificate = new X509Certificate(block)
      first ??= certificate
    } catch {
      return `has a certificate (number ${index + 1}) that cannot be read`
    }
  }
  return first ?? 'has no certificate in PEM form'
}

function readKey(text: string): KeyObject | string {
  if (text.includes('ENCRYPTED')) return 'has a key that is encrypted; nobody is there to type its passphrase'
  try {
    return createPrivateKey(text)
  } catch {
    return 'has no private key in PEM form'
  }
}

// OpenSSL's text of the SAN: `DNS:a.example, DNS:*.b.example, IP Address:192.0.2.1`. A value that needs quotes is no name that a client
// could ask for, and quoted it never looks like one (CVE-2021-44532).
function dnsNames(subjectAltName: string): string[] {
  const names: string[] = []
  for (const entry of subjectAltName.split(', ')) {
    const name = /^DNS:([A-Za-z0-9*._-]+)$/.exec(entry)?.[1]
    if (name !== undefined) names.push(name.toLowerCase())
  }
  return names
}
