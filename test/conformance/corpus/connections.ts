// What speaks of one connection: hop-by-hop fields that take others away, upgrades, keep-alive and HTTP/1.0, and what stands behind a
// request. RFC 9110 §7.6.1, §7.8; RFC 9112 §9.

import {
  chunked,
  type Family,
  get,
  label,
  message,
  one,
  post,
  refused,
  SEEN_GET,
  type Seen,
  SMUGGLED,
  seenPost,
  type WireCase,
} from './wire-case.ts'

const BODY = [`Content-Length: ${SMUGGLED.length}`]
const SECOND = message(['GET /second HTTP/1.1', 'Host: a'])
const SEEN_SECOND: Seen = { method: 'GET', target: '/second', body: '' }

const nominated = (name: string, lines: readonly string[], sees: Partial<Seen>): WireCase =>
  one(name, get(...lines), { ...SEEN_GET, ...sees })
const without = (name: string, lines: readonly string[], ...names: readonly string[]) => nominated(name, lines, { without: names })
const kept = (name: string, lines: readonly string[], fields: Readonly<Record<string, string>>) => nominated(name, lines, { fields })

function two(name: string, bytes: string, first: Seen, methods: readonly string[] = []): WireCase {
  return { name, bytes, allowed: ['two'], sees: [first, SEEN_SECOND], methods }
}

function last(name: string, bytes: string, sees: Seen): WireCase {
  return { name, bytes: bytes + SECOND, allowed: ['one'], sees: [sees], closes: 'must' }
}

function thenRefused(name: string, bytes: string, sees: Seen): WireCase {
  return { name, bytes, allowed: ['one-then-refused'], sees: [sees] }
}

// What is behind an upgrade that did not happen is the next request or nothing; it never belongs to the first (RFC 9110 §7.8).
function upgrade(lines: readonly string[], behind = SECOND): WireCase {
  const allowed = behind === SECOND ? (['one', 'two'] as const) : (['one', 'one-then-refused'] as const)
  const sees = { ...SEEN_GET, without: ['http2-settings', 'upgrade'] }
  return {
    name: `${lines.join(', ')} before ${label(behind.slice(0, 16))}`,
    bytes: get(...lines) + behind,
    allowed,
    sees: [sees, SEEN_SECOND],
  }
}

// The origin of these tests answers and does not switch. What is behind may be for the tunnel that there is not, so nobody reads it.
function handshake(lines: readonly string[], behind = SECOND): WireCase {
  return { ...upgrade(lines, behind), allowed: ['one'], sees: [SEEN_GET], closes: 'must' }
}

const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']
const WEBSOCKET = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

/** Fields of one connection. */
export const connections: readonly Family[] = [
  {
    family: 'hop-by-hop',
    cases: [
      without('a field of its own', ['Connection: X-Secret', 'X-Secret: 1'], 'x-secret'),
      without('among others', ['Connection: keep-alive, X-A ,x-b,,', 'X-A: 1', 'X-B: 2'], 'x-a', 'x-b'),
      without('in two lines', ['Connection: X-A', 'Connection: X-B', 'X-A: 1', 'X-B: 2'], 'x-a', 'x-b'),
      without('in another case', ['CONNECTION: x-a', 'X-A: 1'], 'x-a'),
      without('every line of it', ['X-A: 1', 'Connection: X-A', 'X-A: 2'], 'x-a'),
      without(
        'that stand there anyway',
        ['Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'TE: trailers', 'Trailer: x'],
        'keep-alive',
        'proxy-connection',
        'te',
        'trailer',
      ),
      without('credentials for a proxy', ['Proxy-Authorization: Basic eDp5', 'Proxy: http://evil'], 'proxy-authorization', 'proxy'),
      without('HTTP2-Settings alone', ['HTTP2-Settings: AAAA'], 'http2-settings'),
      without('Upgrade alone', ['Upgrade: h2c'], 'upgrade'),
      kept('but never Host', ['Connection: close, Host'], { host: 'a' }),
      kept('nor Cookie', ['Connection: Cookie', 'Cookie: a=b'], { cookie: 'a=b' }),
      kept('nor Authorization', ['Connection: Authorization', 'Authorization: x'], { authorization: 'x' }),
      kept('nor X-Forwarded-For', ['Connection: X-Forwarded-For', 'X-Forwarded-For: 1.2.3.4'], { 'x-forwarded-for': '127.0.0.1' }),
      kept('nor Via', ['Connection: Via'], { via: '1.1 edge-1' }),
      kept('nor CDN-Loop', ['Connection: CDN-Loop'], { 'cdn-loop': 'edge-1' }),
      kept('nor Range', ['Connection: Range', 'Range: bytes=0-1'], { range: 'bytes=0-1' }),
      one('nor Content-Length', post(['Connection: Content-Length', ...BODY], SMUGGLED), seenPost(SMUGGLED)),
      one(
        'nor Transfer-Encoding',
        post(['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'], chunked(SMUGGLED)),
        seenPost(SMUGGLED),
      ),
      one('nor Expect', post(['Connection: Expect', 'Expect: 100-continue', ...BODY], SMUGGLED), seenPost(SMUGGLED)),
      kept('what is no name', ['Connection: "x", @, a b, (', 'X: y'], { x: 'y' }),
      kept('a hundred names', [`Connection: ${Array.from({ length: 100 }, (_, i) => `X-${i}`).join(',')}`, 'X: y'], { x: 'y' }),
      kept('nothing but commas', [`Connection: ${','.repeat(1_000)}`, 'X: y'], { x: 'y' }),
    ],
  },
  {
    family: 'upgrades with bytes behind them',
    cases: [
      upgrade(H2C),
      upgrade(H2C, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      upgrade(['Connection: Upgrade', 'Upgrade: h2c']),
      upgrade(['Connection: Upgrade', 'Upgrade: TLS/1.0']),
      upgrade(['Connection: Upgrade', 'Upgrade: x']),
      upgrade(['Connection: Upgrade', 'Upgrade: websocket, h2c']),
      upgrade(['Connection: Upgrade']),
      upgrade(['Connection: Upgrade', 'Upgrade:']),
      handshake(WEBSOCKET),
      handshake(WEBSOCKET, '\x81\x85\x00\x00\x00\x00hello'),
      // An origin that does not know the version answers, and who takes that for a tunnel lets what is behind it through.
      handshake(WEBSOCKET.with(2, 'Sec-WebSocket-Version: 777')),
      upgrade(['Upgrade: websocket']),
      upgrade(['Connection: Upgrade', 'Upgrade: websocket', 'Upgrade: h2c']),
      // RFC 6455 §4.2.1: no handshake. What is behind it may be for the tunnel it did not become.
      ...[[], ['Sec-WebSocket-Key: x'], [WEBSOCKET[3] as string, WEBSOCKET[3] as string]].map((keys) =>
        refused(`a WebSocket with ${keys.join() || 'no key'}`, get('Connection: Upgrade, close', 'Upgrade: websocket', ...keys), [400]),
      ),
      refused('a WebSocket without a key, and no close', get('Connection: Upgrade', 'Upgrade: websocket'), [400]),
    ],
  },
  {
    family: 'pipelining',
    cases: [
      two('GET and GET', get() + SECOND, SEEN_GET),
      two('POST and GET', post(BODY, SMUGGLED) + SECOND, seenPost(SMUGGLED)),
      two('POST with chunks and GET', post(['Transfer-Encoding: chunked'], chunked(SMUGGLED)) + SECOND, seenPost(SMUGGLED)),
      two('POST without a body and GET', post([]) + SECOND, seenPost('')),
      two('HEAD and GET', message(['HEAD /get HTTP/1.1', 'Host: a']) + SECOND, { method: 'HEAD', target: '/get' }, ['HEAD', 'GET']),
      two(
        'HEAD with a body and GET',
        message(['HEAD /get HTTP/1.1', 'Host: a', ...BODY], SMUGGLED) + SECOND,
        { method: 'HEAD', target: '/get', body: SMUGGLED },
        ['HEAD'],
      ),
      two('Expect with its body, and GET', post(['Expect: 100-continue', ...BODY], SMUGGLED) + SECOND, seenPost(SMUGGLED)),
      two('a GET with chunks and GET', message(['GET /get HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'], chunked('x')) + SECOND, {
        ...SEEN_GET,
        body: 'x',
      }),
      { ...two('an empty line between', `${post(BODY, SMUGGLED)}\r\n${SECOND}`, seenPost(SMUGGLED)), allowed: ['two', 'one-then-refused'] },
      thenRefused('GET and no request', `${get()}GARBAGE\r\n\r\n`, SEEN_GET),
      thenRefused('GET and binary', `${get()}\0\x01\x02\r\n\r\n`, SEEN_GET),
      thenRefused('POST and too long a body', `${post(['Content-Length: 5'], 'hello')}XXXXX\r\n\r\n`, seenPost('hello')),
      thenRefused('GET and CL.TE', get() + post([...BODY, 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`), SEEN_GET),
      thenRefused('GET and two lengths', get() + post(['Content-Length: 3', 'Content-Length: 4'], 'abcd'), SEEN_GET),
      thenRefused('GET and HTTP/0.9', `${get()}GET /smuggled\r\n\r\n`, SEEN_GET),
      thenRefused('GET and a tunnel', get() + message(['CONNECT a:80 HTTP/1.1', 'Host: a:80']), SEEN_GET),
      thenRefused(
        'chunks and a chunk too many',
        `${post(['Transfer-Encoding: chunked'], chunked('hello'))}5\r\nhello\r\n0\r\n\r\n`,
        seenPost('hello'),
      ),
    ],
  },
  {
    family: 'the last request of a connection',
    cases: [
      last('close', get('Connection: close'), SEEN_GET),
      last('Close', get('Connection: Close'), SEEN_GET),
      last('close among others', get('Connection: x, close ,y'), SEEN_GET),
      last('close in a second line', get('Connection: x', 'Connection: close'), SEEN_GET),
      last('keep-alive and close', get('Connection: keep-alive, close'), SEEN_GET),
      last('close and keep-alive in two lines', get('Connection: close', 'Connection: keep-alive'), SEEN_GET),
      last('close on a POST', post(['Connection: close', ...BODY], SMUGGLED), seenPost(SMUGGLED)),
      last('HTTP/1.0', message(['GET /get HTTP/1.0', 'Host: a']), SEEN_GET),
      last('HTTP/1.0 without a Host', message(['GET /get HTTP/1.0']), SEEN_GET),
      last('HTTP/1.0 with close', message(['GET /get HTTP/1.0', 'Host: a', 'Connection: close']), SEEN_GET),
      last('HTTP/1.0 with a body', message(['POST /post HTTP/1.0', 'Host: a', ...BODY], SMUGGLED), seenPost(SMUGGLED)),
      two('HTTP/1.0 with keep-alive goes on', message(['GET /get HTTP/1.0', 'Host: a', 'Connection: keep-alive']) + SECOND, SEEN_GET),
      two('closed is not close', get('Connection: closed') + SECOND, SEEN_GET),
      { ...two('Proxy-Connection may be Connection', get('Proxy-Connection: close') + SECOND, SEEN_GET), allowed: ['one', 'two'] },
    ],
  },
  {
    family: 'HTTP/1.0 with a transfer coding',
    cases: [
      refused('chunked', message(['POST /post HTTP/1.0', 'Host: a', 'Transfer-Encoding: chunked'], chunked(SMUGGLED))),
      refused(
        'chunked and keep-alive',
        message(['POST /post HTTP/1.0', 'Host: a', 'Connection: keep-alive', 'Transfer-Encoding: chunked'], chunked(SMUGGLED)),
      ),
      refused('chunked and a length', message(['POST /post HTTP/1.0', 'Host: a', 'Transfer-Encoding: chunked', ...BODY], SMUGGLED)),
      refused('identity', message(['POST /post HTTP/1.0', 'Host: a', 'Transfer-Encoding: identity', ...BODY], SMUGGLED)),
      refused('chunked on a GET', message(['GET /get HTTP/1.0', 'Transfer-Encoding: chunked'], chunked(SMUGGLED))),
    ],
  },
]
