// What node's parser lets through and we do not: framing that the next hop could read in another way is how requests are smuggled.

import type { ErrorCode } from '../contract/errors.ts'
import type { Fields } from '../http/fields.ts'

/** The parts of a request that its framing shows in. */
export interface Framed {
  readonly httpVersion: string
  readonly fields: Fields
}

/** Why the framing of a request is not taken, or null. @see RFC 9112 §2.3, §6.1, §6.3 */
export function framingFault({ httpVersion, fields }: Framed): ErrorCode | null {
  // HTTP/0.9 has no version in its request line: that is no request of today. HTTP/2 in plain text begins with a preface of its own.
  if (httpVersion === '0.9') return 'BAD_MESSAGE'
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'VERSION_UNSUPPORTED'
  const coding = fields.get('transfer-encoding')
  if (coding === undefined) return null
  // A recipient of HTTP/1.0 may not know transfer codings at all: where this body ends is anybody's guess.
  if (httpVersion === '1.0') return 'BAD_MESSAGE'
  if (fields.has('content-length')) return 'BAD_MESSAGE'
  const codings = coding.toLowerCase()
  if (codings === 'chunked') return null
  // Of `gzip, chunked` we would pass on the inner coding without its name; what does not end in one `chunked` has no end at all.
  const inner = /^(.*?)[ \t]*,[ \t]*chunked$/.exec(codings)?.[1]
  return inner !== undefined && !inner.includes('chunked') ? 'CODING_UNSUPPORTED' : 'BAD_MESSAGE'
}
