// The head of a request over HTTP/2, made into the head of the line: `Host` from :authority at the front, cookies in one line, and
// everything refused that HTTP/1 could read in another way once it is passed on.
//
// What nghttp2 (1.70, in node 26) has done already, measured frame by frame in test/conformance/http2.test.ts:
// - It resets the stream, and we never hear of it: upper-case names; connection-specific fields, `te` but for `trailers`; pseudo fields
//   that are missing, repeated, unknown, empty or behind others; :path without its slash under http(s), with a space or a control;
//   :authority with a user, a space or a slash; Host twice; a content-length that is no number, repeated, or not the bytes that come
//   (too many end the whole connection: node hands that fault on as the connection's).
// - It leaves out the field and tells nobody, which RFC 9113 §8.2.1 would have refused: a name that is no token; a CR, LF, NUL or other
//   control in a value; a Host with a space. The origin gets the request without it, so nothing can be injected.
// - It lets through what is refused here: space at the ends of a value (`strictFieldWhitespaceValidation: false` sees to that: else such
//   fields would be left out too), a Host that differs, schemes beside http(s) and what :path holds then, CONNECT, octets beyond ASCII.
// Whatever it does today, all of it is checked here again.

import { HTAB, IS_TOKEN, IS_VALUE, IS_VISIBLE, SP } from '../base/octets.ts'
import { authorityForms } from '../http/host.ts'
import type { WireFault } from '../wire/wire-fault.ts'
import type { WireLimits } from '../wire/wire-limits.ts'
import { RULES } from '../wire/wire-rules.ts'
import { HTTP2_RULES } from './http2-rules.ts'

const COLON = 0x3a
const SLASH = 0x2f
const MAX_METHOD_BYTES = 32
const DIGITS = /^[0-9]{1,15}$/

/** The head of a request, valid in every point. */
export class Http2Head {
  method = ''
  /** Begins with a slash, or is `*` for OPTIONS. */
  target = ''
  /** Flat list `[name, value, …]`: Host, then the fields in wire order, names in lower case. */
  readonly raw: string[] = ['Host', '']
  /** What content-length says, or null. */
  lengthBytes: number | null = null
  /** Whether the client waits for 100 (Continue) before it sends its body (RFC 9110 §10.1.1). */
  expectsContinue = false
  #scheme = ''
  #authority: string | null = null
  #host: string | null = null
  #cookieAt = -1
  #bytes = 0

  private constructor() {}

  /** Reads the fields of a HEADERS frame, in wire order. @param scheme how the connection is secured, whatever :scheme says */
  static read(lines: readonly string[], limits: WireLimits, scheme: 'http' | 'https'): Http2Head | WireFault {
    const head = new Http2Head()
    return head.#readAll(lines, limits) ?? head.#settleHost(scheme) ?? head
  }

  #readAll(lines: readonly string[], limits: WireLimits): WireFault | null {
    let at = 0
    while (at < lines.length && lines[at]!.charCodeAt(0) === COLON) {
      if (!this.#pseudo(lines[at]!, lines[at + 1]!)) return HTTP2_RULES['h2-pseudo']
      at += 2
    }
    const fault = this.#checkPseudo(limits)
    if (fault !== null) return fault
    for (; at < lines.length; at += 2) {
      const broken = this.#field(lines[at]!, lines[at + 1]!, limits)
      if (broken !== null) return broken
    }
    if (this.raw.length / 2 > limits.maxFields) return RULES['too-many-fields']
    if (this.#cookieAt > 0 && this.raw[this.#cookieAt]!.length > limits.maxFieldBytes) return RULES['field-too-large']
    return this.#bytes > limits.maxHeadBytes ? RULES['head-too-large'] : null
  }

  #pseudo(name: string, value: string): boolean {
    this.#bytes += value.length + 4
    if (value === '') return false
    if (name === ':method' && this.method === '') this.method = value
    else if (name === ':path' && this.target === '') this.target = value
    else if (name === ':scheme' && this.#scheme === '') this.#scheme = value
    else if (name === ':authority' && this.#authority === null) this.#authority = value
    else return false
    return true
  }

  #checkPseudo(limits: WireLimits): WireFault | null {
    const { method, target } = this
    if (method === 'CONNECT') return HTTP2_RULES['h2-connect']
    if (method === '' || target === '' || this.#scheme === '') return HTTP2_RULES['h2-pseudo']
    if (method.length > MAX_METHOD_BYTES || !consistsOf(IS_TOKEN, method)) return RULES.method
    const scheme = this.#scheme.toLowerCase()
    if (scheme !== 'https' && scheme !== 'http') return HTTP2_RULES['h2-scheme']
    if (target.length > limits.maxTargetBytes) return RULES['target-too-long']
    if (!consistsOf(IS_VISIBLE, target)) return RULES['target-octet']
    const isPath = target.charCodeAt(0) === SLASH || (target === '*' && method === 'OPTIONS')
    return isPath ? null : HTTP2_RULES['h2-path']
  }

  #field(name: string, value: string, limits: WireLimits): WireFault | null {
    if (!isLowerCaseName(name)) return RULES['name-octet']
    const bytes = name.length + value.length
    this.#bytes += bytes + 4
    if (bytes > limits.maxFieldBytes) return RULES['field-too-large']
    const fault = valueFault(value)
    if (fault !== null) return fault
    return this.#known(name, value)
  }

  #known(name: string, value: string): WireFault | null {
    switch (name) {
      case 'host':
        if (this.#host !== null) return RULES['host-repeated']
        this.#host = value
        return null
      case 'cookie':
        return this.#cookie(value)
      case 'content-length':
        if (this.lengthBytes !== null) return RULES['length-repeated']
        if (!DIGITS.test(value)) return RULES.length
        this.lengthBytes = Number(value)
        break
      case 'expect':
        if (this.expectsContinue || value.toLowerCase() !== '100-continue') return RULES.expectation
        this.expectsContinue = true
        break
      case 'te':
        if (value.toLowerCase() !== 'trailers') return HTTP2_RULES['h2-connection-field']
        break
      case 'connection':
      case 'keep-alive':
      case 'proxy-connection':
      case 'transfer-encoding':
      case 'upgrade':
        return HTTP2_RULES['h2-connection-field']
    }
    this.raw.push(name, value)
    return null
  }

  // Browsers send each cookie as a field of its own, which compresses better; HTTP/1 knows one line (RFC 9113 §8.2.3).
  #cookie(value: string): null {
    if (this.#cookieAt > 0) this.raw[this.#cookieAt] += `; ${value}`
    else this.#cookieAt = this.raw.push('cookie', value) - 1
    return null
  }

  #settleHost(scheme: 'http' | 'https'): WireFault | null {
    const named = this.#authority ?? this.#host
    if (named === null) return RULES['host-missing']
    const authority = authorityForms(named)
    if (authority === null) return HTTP2_RULES['h2-authority']
    this.raw[1] = named
    if (this.#host === null || this.#host === named) return null
    const host = authorityForms(this.#host)
    if (host === null) return HTTP2_RULES['h2-authority']
    return host[scheme] === authority[scheme] ? null : HTTP2_RULES['h2-host-differs']
  }
}

function consistsOf(octets: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (octets[text.charCodeAt(i)] !== 1) return false
  return true
}

function isLowerCaseName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const octet = name.charCodeAt(i)
    if (IS_TOKEN[octet] !== 1 || (octet >= 0x41 && octet <= 0x5a)) return false
  }
  return name !== ''
}

function valueFault(value: string): WireFault | null {
  if (!consistsOf(IS_VALUE, value)) return RULES['value-octet']
  return isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1)) ? HTTP2_RULES['h2-value-space'] : null
}

function isSpace(octet: number): boolean {
  return octet === SP || octet === HTAB
}
