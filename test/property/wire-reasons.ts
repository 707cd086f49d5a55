// Where we and node's own parser (llhttp, strict) part over fields and bodies, in requests and in answers, and why. A reason counts only
// where the bytes are such.

import type { Place, Reasons } from '../support/wire-comparison.ts'
import type { ReadHead } from '../support/wire-difference.ts'

/** A reason that holds where the head, from the beginning of the message on, matches. */
export function inHead(why: string, pattern: RegExp) {
  return { why, holds: ({ rest }: Place<ReadHead>) => pattern.test(headOf(rest)) }
}

/** Whether a field of this name stands in the trailers of some bytes. */
export function hasTrailer(name: string, text: string): boolean {
  return new RegExp(`\\r\\n0+(?:;[^\\r]*)?\\r\\n(?:[^\\r]+\\r\\n)*${name}:`, 'i').test(text)
}

/** Whether node keeps or ends a connection of HTTP/1.0 for a reason of its own: `close, keep-alive`, and a field that HTTP does not have. */
export function endsOtherwise({ head, rest }: Place<ReadHead>): boolean {
  return head?.version === '1.0' && /\r\n(?:Connection:.*close|Proxy-Connection:)/i.test(headOf(rest))
}

/** What we refuse and node does not. */
export const SHARED_STRICTER: Reasons<ReadHead> = {
  'version-unsupported': inHead('node parses 0.9 and 2.0, and leaves the rest to its user', /HTTP\/(?!1\.[01])[0-9]\.[0-9]/),
  length: inHead('node counts up to 2^64, we up to 15 digits', /\r\nContent-Length: *[0-9]{16,}/i),
  'framing-tab': inHead('node trims tabs beside some values and not beside others', /\r\n(?:Content-Length|Transfer-Encoding):[^\r]*\t/i),
  coding: inHead(
    'node takes any coding, and often none, and reads to the end of the connection',
    /\r\nTransfer-Encoding:(?! *chunked *\r)/i,
  ),
  'coding-in-1.0': inHead('node takes chunks in HTTP/1.0', /HTTP\/1\.0/),
  'coding-repeated': inHead('node joins the lines', /\r\nTransfer-Encoding:[\s\S]*\r\nTransfer-Encoding:/i),
  'coding-unknown': inHead('node takes any coding before the last one', /\r\nTransfer-Encoding:[^\r]*, *chunked/i),
  'chunk-extension': {
    why: 'node takes one without a name, one with `=` and no value, and a quoted text behind a token',
    holds: ({ rest }) => /\r\n[0-9A-F]+;(?:[^\r]*=(?:;|\r|[^";\r]+")|(?:[^\r]*;)?=)/i.test(rest),
  },
  'framing-in-trailers': { why: 'node takes Host there', holds: ({ rest }) => hasTrailer('Host', rest) },
}

/** What node refuses and we do not. */
export const SHARED_LOOSER: Reasons<ReadHead> = {
  HPE_CLOSED_CONNECTION: {
    why: 'node obeys a Connection in trailers; ours are dropped',
    holds: ({ before }) => hasTrailer('Connection', before),
  },
  persistent: inHead('node obeys Proxy-Connection, which is no field of HTTP', /\r\nProxy-Connection:/i),
}

/** The head that some bytes begin with, line ends before it included, its last one left out. */
export function headOf(rest: string): string {
  const end = rest.indexOf('\r\n\r\n', rest.search(/[^\r\n]/))
  return end < 0 ? rest : rest.slice(0, end + 2)
}
