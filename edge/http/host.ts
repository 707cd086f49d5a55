import { isIPv6 } from 'node:net'
import { formatIpv6, ipv6Groups } from './ip-text.ts'

/** Host and port of an authority, in one spelling per host. */
export interface Authority {
  /** Lower-case name without a trailing dot, an IPv4 address, or an IPv6 address in brackets as RFC 5952 writes it. */
  readonly host: string
  /** 1..65535, or null when none is given. */
  readonly port: number | null
}

// Letters, digits, hyphen, and the underscore that real services use. RFC 3986's reg-name also allows sub-delims and percent triplets;
// no name that can be resolved needs them, and peers read them differently. Each label is closed by its dot, so matching is linear.
const NAME = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/
const NAME_MAX_BYTES = 254
const PORT = /^[0-9]{1,5}$/

/**
 * Host and port of a Host field or of a target's authority, or null when it is not valid.
 * User information, an empty host, a zone id and an IPvFuture literal are not valid; an empty port counts as none.
 * @throws never
 * @see RFC 9110 §7.2, RFC 3986 §3.2.2
 */
export function parseAuthority(raw: string): Authority | null {
  const bracket = raw.charCodeAt(0) === 0x5b ? raw.indexOf(']') : -1
  const colon = raw.indexOf(':', bracket + 1)
  const host = colon < 0 ? raw : raw.slice(0, colon)

  const port = colon < 0 ? null : parsePort(raw.slice(colon + 1))
  if (port === undefined) return null
  const canonical = raw.charCodeAt(0) === 0x5b ? canonicalLiteral(host) : canonicalName(host)
  return canonical === null ? null : { host: canonical, port }
}

/** The text of an authority: `host` or `host:port`. */
export function formatAuthority(authority: Authority): string {
  return authority.port === null ? authority.host : `${authority.host}:${authority.port}`
}

/** An authority as each scheme writes it: without the port that the scheme has anyway (RFC 9110 §4.2.1, §4.2.2). */
export interface AuthorityForms {
  readonly host: string
  readonly http: string
  readonly https: string
}

/** The forms of an authority, so that its two spellings are one; null when it is not valid. */
export function authorityForms(raw: string): AuthorityForms | null {
  const authority = parseAuthority(raw)
  if (authority === null) return null
  const { host, port } = authority
  const text = formatAuthority(authority)
  return { host, http: port === 80 ? host : text, https: port === 443 ? host : text }
}

/** A port, null for an empty one (RFC 3986 §3.2.3 allows `host:`), undefined for one that is not valid. */
function parsePort(text: string): number | null | undefined {
  if (text === '') return null
  if (!PORT.test(text)) return undefined
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : undefined
}

function canonicalName(name: string): string | null {
  // Length first, and the pattern before lower-casing: U+212A would turn into an honest `k`.
  if (name.length > NAME_MAX_BYTES || !NAME.test(name)) return null
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

function canonicalLiteral(literal: string): string | null {
  if (!literal.endsWith(']')) return null
  const text = literal.slice(1, -1)
  // node:net takes a zone id; it means something on one machine only (RFC 4007 §6).
  if (text.includes('%') || !isIPv6(text)) return null
  return `[${formatIpv6(ipv6Groups(text))}]`
}
