// Heads of requests over HTTP/2: what is malformed, or would be another message once it is HTTP/1.1, and what may be taken, with what of
// it goes on. RFC 9113 §8.1.1, §8.2, §8.3, §10.3.

import { ENHANCE_YOUR_CALM, type Field, get, PROTOCOL_ERROR, post } from '../../support/http2-frames.ts'

const RESET = `reset ${PROTOCOL_ERROR}`

/** A head that is refused, and how the client is told. */
export type RefusedHead = readonly [name: string, outcome: string, fields: readonly Field[]]

/** A head that is taken, and the field lines that go on beside Host. */
export type TakenHead = readonly [name: string, lines: readonly string[], fields: readonly Field[]]

/** The pseudo fields of a GET, one of them replaced, or left out for null. */
export function pseudo(name: string, value: string | null): Field[] {
  return get('/').flatMap((field): Field[] => (field[0] !== name ? [field] : value === null ? [] : [[name, value]]))
}

/** Heads that reach nobody. */
export const refusedHeads: readonly RefusedHead[] = [
  // Fields that frame HTTP/1.
  ['connection', RESET, get('/', ['connection', 'keep-alive, content-length'])],
  ['keep-alive', RESET, get('/', ['keep-alive', 'timeout=5'])],
  ['proxy-connection', RESET, get('/', ['proxy-connection', 'close'])],
  ['transfer-encoding', RESET, post('/', ['transfer-encoding', 'chunked'])],
  ['transfer-encoding beside a length', RESET, post('/', ['content-length', '0'], ['transfer-encoding', 'chunked'])],
  ['upgrade', RESET, get('/', ['upgrade', 'h2c'])],
  ['te', RESET, get('/', ['te', 'gzip'])],
  ['a length that is a list', RESET, post('/', ['content-length', '0, 0'])],
  ['a length with a sign', RESET, post('/', ['content-length', '+0'])],
  ['a length with a line behind it', RESET, post('/', ['content-length', '0\r\ntransfer-encoding: chunked'])],
  ['a length twice', RESET, post('/', ['content-length', '0'], ['content-length', '0'])],
  ['a length without its bytes', RESET, post('/', ['content-length', '5'])],
  // Names and values.
  ['an upper-case name', RESET, get('/', ['X-A', 'b'])],
  ['space before a value', '400', get('/', ['x-a', ' b'])],
  ['space behind a value', '400', get('/', ['x-a', 'b '])],
  ['tab behind a value', '400', get('/', ['x-a', 'b\t'])],
  // The target.
  ['no path', RESET, pseudo(':path', null)],
  ['an empty path', RESET, pseudo(':path', '')],
  ['a path without its slash', RESET, pseudo(':path', 'evil.example/')],
  ['an absolute path', RESET, pseudo(':path', 'http://evil.example/')],
  ['an asterisk for GET', RESET, pseudo(':path', '*')],
  ['a path with a space', RESET, pseudo(':path', '/ HTTP/1.1')],
  ['a path with a line', RESET, pseudo(':path', '/ HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /')],
  ['a path with a tab', RESET, pseudo(':path', '/\t')],
  ['a path beyond ASCII', '400', pseudo(':path', '/\xe4')],
  [
    'a path under another scheme',
    '400',
    [
      [':method', 'GET'],
      [':scheme', 'x'],
      [':authority', 'a'],
      [':path', 'evil.example/'],
    ],
  ],
  ['another scheme', '400', pseudo(':scheme', 'gopher')],
  ['a scheme with an address', RESET, pseudo(':scheme', 'http://evil.example/?')],
  ['a scheme with a line', RESET, pseudo(':scheme', 'https\r\nx: y')],
  // The method.
  ['no method', RESET, pseudo(':method', null)],
  ['a method with a line', RESET, pseudo(':method', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\nGET')],
  ['a method with a space', RESET, pseudo(':method', 'GET /evil')],
  ['an endless method', '400', pseudo(':method', 'A'.repeat(33))],
  [
    'CONNECT',
    '501',
    [
      [':method', 'CONNECT'],
      [':authority', 'evil.example:25'],
    ],
  ],
  ['CONNECT with a path', RESET, pseudo(':method', 'CONNECT')],
  ['extended CONNECT', RESET, [...pseudo(':method', 'CONNECT'), [':protocol', 'websocket']]],
  // The pseudo fields.
  ['a path twice', RESET, [[':path', '/a'], ...get('/b')]],
  ['a method twice', RESET, [[':method', 'PUT'], ...get('/b')]],
  ['an authority twice', RESET, [[':authority', 'evil.example'], ...get('/b')]],
  ['a pseudo field behind others', RESET, get('/', ['x-a', 'b'], [':path', '/evil'])],
  ['an unknown pseudo field', RESET, [...get('/'), [':evil', 'x']]],
  ['a pseudo field of answers', RESET, [...get('/'), [':status', '200']]],
  ['no scheme', RESET, pseudo(':scheme', null)],
  // The host.
  ['no host at all', RESET, pseudo(':authority', null)],
  ['an empty authority', RESET, pseudo(':authority', '')],
  ['an authority with a user', RESET, pseudo(':authority', 'www.example.org@evil.example')],
  ['an authority with a path', RESET, pseudo(':authority', 'www.example.org/evil')],
  ['an authority with a line', RESET, pseudo(':authority', 'www.example.org\r\nx: y')],
  ['an authority with two ports', '400', pseudo(':authority', 'www.example.org:443:80')],
  ['another Host', '400', get('/', ['host', 'evil.example'])],
  ['Host twice', RESET, get('/', ['host', 'www.example.org'], ['host', 'evil.example'])],
  ['an empty Host', RESET, get('/', ['host', ''])],
  ['a Host that is none', '400', get('/', ['host', 'a,b'])],
  // The limits.
  ['a field too many', '431', get('/', ...Array.from({ length: 100 }, (_, i): Field => [`x-${i}`, 'v']))],
  ['many fields too many', `reset ${ENHANCE_YOUR_CALM}`, get('/', ...Array.from({ length: 210 }, (_, i): Field => [`x-${i}`, 'v']))],
  ['a field too long', '431', get('/', ['x-a', 'v'.repeat(8_190)])],
  ['a target too long', '414', get(`/${'a'.repeat(8_192)}`)],
]

/** Heads that go on. */
export const takenHeads: readonly TakenHead[] = [
  // nghttp2 leaves these fields out.
  ['a value with a line', [], get('/', ['x-a', 'b\r\ntransfer-encoding: chunked'])],
  ['a value with a request', [], get('/', ['x-a', 'b\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil.example'])],
  ['a value with LF', [], get('/', ['x-a', 'b\nc: d'])],
  ['a value with CR', [], get('/', ['x-a', 'b\rc'])],
  ['a value with NUL', [], get('/', ['x-a', 'b\0c'])],
  ['a value with a control', [], get('/', ['x-a', 'b\x1bc'])],
  ['a name with a line', [], get('/', ['x-a: b\r\ntransfer-encoding', 'chunked'])],
  ['a name with a colon', [], get('/', ['transfer-encoding: chunked', 'x'])],
  ['a name with a space', [], get('/', ['transfer-encoding ', 'chunked'])],
  ['no name', [], get('/', ['', 'x'])],
  ['a Host with a line', [], get('/', ['host', 'www.example.org\r\nx: y'])],
  // These mean nothing bad.
  ['a value beyond ASCII', ['x-a: \xe4'], get('/', ['x-a', '\xe4'])],
  ['cookies in crumbs', ['cookie: a=1; b=2'], get('/', ['cookie', 'a=1'], ['cookie', 'b=2'])],
  ['te: trailers', ['te: trailers'], get('/', ['te', 'trailers'])],
  ['a Host that says the same', [], get('/', ['host', 'www.example.org'])],
  ['a Host alone', [], [...pseudo(':authority', null), ['host', 'www.example.org']]],
  ['the other scheme', [], pseudo(':scheme', 'http')],
]
