// Whole messages over HTTP/2, with bodies: how long one is, is told by its frames, and what its fields say of that must not become the
// framing of HTTP/1.1. RFC 9113 §8.1.1, §8.2.2; RFC 9112 §6.3.

import { DATA, END_STREAM, type Field, frame, get, HEADERS, head, number32, post, RST_STREAM } from '../../support/http2-frames.ts'
import { type Seen, SMUGGLED } from './wire-case.ts'

/** A message on stream 1. */
export interface Http2Message {
  readonly name: string
  readonly frames: readonly Buffer[]
  readonly comes: Comes
  /** What the origin sees of it, if it may see a whole request. */
  readonly sees: Seen | null
}

/** What may come of a message. */
export type Comes =
  /** One request at the origin, one answer. */
  | 'one'
  /** No whole request, and the client is told. */
  | 'none'
  /** As none, but the client has reset the stream itself, and hears nothing. */
  | 'left'
  /** As much as its length says has reached the origin before what is wrong with the rest can be known; not a byte more. */
  | 'as-said'

const CANCEL = 8
const PADDED = 0x8
const data = (text: string, flags = END_STREAM) => frame(DATA, flags, 1, Buffer.from(text, 'latin1'))
const open = (fields: readonly Field[]) => head(1, fields, 0)
const seen = (method: string, body: string, more: Partial<Seen> = {}): Seen => ({ method, target: '/', body, ...more })
const lengthOf = (text: string): Field => ['content-length', String(text.length)]
const withMethod = (method: string, ...more: readonly Field[]): Field[] => [[':method', method], ...get('/', ...more).slice(1)]

const SMALLER = String(SMUGGLED.length - 1)
const LARGER = String(SMUGGLED.length + 1)

function taken(name: string, sees: Seen, ...frames: readonly Buffer[]): Http2Message {
  return { name, frames, comes: 'one', sees }
}

function refused(name: string, ...frames: readonly Buffer[]): Http2Message {
  return { name, frames, comes: 'none', sees: null }
}

function asSaid(name: string, sees: Seen, ...frames: readonly Buffer[]): Http2Message {
  return { name, frames, comes: 'as-said', sees }
}

function left(name: string, fields: readonly Field[]): Http2Message {
  return { name, frames: [open(fields), data('half', 0), number32(RST_STREAM, 1, CANCEL)], comes: 'left', sees: null }
}

/** Messages that the origin gets, in one framing. */
const TAKEN: readonly Http2Message[] = [
  ...['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'].flatMap((method) => [
    taken(`${method} with a body`, seen(method, SMUGGLED), open(withMethod(method)), data(SMUGGLED)),
    taken(`${method} with a length`, seen(method, SMUGGLED), open(withMethod(method, lengthOf(SMUGGLED))), data(SMUGGLED)),
  ]),
  taken('a length of zero', seen('POST', ''), head(1, post('/', ['content-length', '0']))),
  taken('a length of zero and an empty frame', seen('POST', ''), open(post('/', ['content-length', '0'])), data('')),
  taken('no body, in an empty frame', seen('POST', ''), open(post('/')), data('')),
  taken('a body in frames of one byte', seen('POST', SMUGGLED), open(post('/')), ...[...SMUGGLED].map((byte) => data(byte, 0)), data('')),
  taken('empty frames between', seen('POST', 'ab'), open(post('/')), data('a', 0), data('', 0), data('b', 0), data('')),
  taken('padding', seen('POST', 'ab'), open(post('/')), frame(DATA, PADDED | END_STREAM, 1, Buffer.from('\x05ab\0\0\0\0\0', 'latin1'))),
  taken(
    'a body that looks like chunks',
    seen('POST', `0\r\n\r\n${SMUGGLED}`, { without: ['x'] }),
    open(post('/')),
    data(`0\r\n\r\n${SMUGGLED}`),
  ),
  taken('te: trailers and a body', seen('POST', 'ab', { without: ['te'] }), open(post('/', ['te', 'trailers'])), data('ab')),
  taken('trailers', seen('POST', 'ab', { without: ['x-a'] }), open(post('/')), data('ab', 0), head(1, [['x-a', 'b']])),
  taken('expect', seen('POST', 'ab', { without: ['expect'] }), open(post('/', ['expect', '100-continue'])), data('ab')),
  ...['transfer_encoding', 'transfer-encoding_', 'x-transfer-encoding'].map((name) =>
    taken(
      `${name}: chunked`,
      seen('POST', SMUGGLED, { without: ['transfer_encoding'] }),
      open(post('/', [name, 'chunked'])),
      data(SMUGGLED),
    ),
  ),
  taken(
    'content_length',
    seen('POST', SMUGGLED, { without: ['content_length'] }),
    open(post('/', lengthOf(SMUGGLED), ['content_length', '1'])),
    data(SMUGGLED),
  ),
  taken(
    'what names the client to an origin',
    {
      ...seen('GET', ''),
      fields: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
      without: ['x-real-ip', 'x_forwarded_for'],
    },
    head(
      1,
      get('/', ['x-forwarded-for', '1.2.3.4'], ['x-forwarded-proto', 'http'], ['x-real-ip', '1.2.3.4'], ['x_forwarded_for', '1.2.3.4']),
    ),
  ),
  taken('HEAD', seen('HEAD', ''), head(1, withMethod('HEAD'))),
]

/** Messages of which the origin may see a part, but nothing whole. */
const REFUSED: readonly Http2Message[] = [
  refused('a length that is too small', open(post('/', ['content-length', SMALLER])), data(SMUGGLED)),
  refused('a length that is too large', open(post('/', ['content-length', LARGER])), data(SMUGGLED)),
  asSaid('a length of zero beside a body', seen('POST', ''), open(post('/', ['content-length', '0'])), data(SMUGGLED)),
  asSaid('a length of zero beside the body of a GET', seen('GET', ''), open(get('/', ['content-length', '0'])), data(SMUGGLED)),
  refused('a length in the head alone', head(1, post('/', lengthOf(SMUGGLED)))),
  asSaid('a length of one, in two frames', seen('POST', 'a'), open(post('/', ['content-length', '1'])), data('a', 0), data(SMUGGLED)),
  refused('a length and a transfer coding', open(post('/', lengthOf(SMUGGLED), ['transfer-encoding', 'chunked'])), data(SMUGGLED)),
  refused('chunks', open(post('/', ['transfer-encoding', 'chunked'])), data(`0\r\n\r\n${SMUGGLED}`)),
  refused('chunks of another case', open(post('/', ['Transfer-Encoding', 'chunked'])), data(`0\r\n\r\n${SMUGGLED}`)),
  left('a body cut off', post('/')),
  left('a body with a length, cut off', post('/', ['content-length', '10'])),
  refused('trailers that frame', open(post('/')), data('ab', 0), head(1, [['transfer-encoding', 'chunked']])),
  refused('trailers that route', open(post('/')), data('ab', 0), head(1, [[':path', '/smuggled']])),
  refused('trailers of a connection', open(post('/')), data('ab', 0), head(1, [['connection', 'close']])),
  refused('a head behind the body', open(post('/')), data('ab', 0), head(1, get('/smuggled'))),
  refused('too much padding', open(post('/')), frame(DATA, PADDED | END_STREAM, 1, Buffer.from('\x09ab', 'latin1'))),
  refused('a head that is cut off', frame(HEADERS, END_STREAM, 1, Buffer.from([0x82])), data(SMUGGLED)),
]

/** Whole messages. */
export const http2Messages: readonly Http2Message[] = [...TAKEN, ...REFUSED]
