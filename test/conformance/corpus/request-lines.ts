// Request lines: methods, targets and versions that two readers take for different ones. RFC 9112 §2.3, §3.

import {
  chunked,
  declined,
  type Family,
  get,
  label,
  message,
  one,
  orRefused,
  refused,
  type Seen,
  SMUGGLED,
  type WireCase,
} from './wire-case.ts'

const line = (text: string): string => message([text, 'Host: a'])
const bad = (text: string, statuses?: readonly number[]): WireCase => refused(label(text), line(text), statuses)
const odd = (text: string, statuses?: readonly number[]): WireCase => declined(label(text), line(text), statuses)
const seen = (target: string, host = 'a'): Seen => ({ method: 'GET', target, body: '', fields: { host } })
const fine = (text: string, sees: Seen): WireCase => one(label(text), line(text), sees)

const BAD_LINES: readonly string[] = [
  ...[
    'GET  /get HTTP/1.1',
    'GET /get  HTTP/1.1',
    'GET /get HTTP/1.1 ',
    ' GET /get HTTP/1.1',
    'GET\t/get HTTP/1.1',
    'GET /get\tHTTP/1.1',
    'GET /get HTTP/1.1\t',
  ],
  ...[
    'GET /get HTTP/1.1 x',
    'GET /get x HTTP/1.1',
    'GET /g et HTTP/1.1',
    'GET',
    'GET ',
    '/get HTTP/1.1',
    ' /get HTTP/1.1',
    'GET HTTP/1.1',
    'GET  HTTP/1.1',
  ],
  ...[
    'GET\x0b/get HTTP/1.1',
    'GET\x0c/get HTTP/1.1',
    'GET\xa0/get HTTP/1.1',
    'GET /get\x0bHTTP/1.1',
    'GET /get\xa0HTTP/1.1',
    'GET\0 /get HTTP/1.1',
  ],
  ...[
    'G@T /get HTTP/1.1',
    'G\0T /get HTTP/1.1',
    'G\x80T /get HTTP/1.1',
    'G(T /get HTTP/1.1',
    '"GET" /get HTTP/1.1',
    'GET: /get HTTP/1.1',
    'G:T /get HTTP/1.1',
  ],
  ...[
    'GET /get http/1.1',
    'GET /get Http/1.1',
    'GET /get HTTP/1.1.1',
    'GET /get HTTP/1.',
    'GET /get HTTP/.1',
    'GET /get HTTP/',
    'GET /get HTTP',
    'GET /get HTTP1.1',
  ],
  ...[
    'GET /get HTTP/11',
    'GET /get HTTP/1,1',
    'GET /get HTTP/01.1',
    'GET /get HTTP/1.01',
    'GET /get HTTP/1.1a',
    'GET /get HTTP/1.1\0',
    'GET /get HTTP/+1.1',
    'GET /get HTTP/-1.1',
  ],
  ...[
    'GET /get HTTPS/1.1',
    'GET /get ICE/1.0',
    'GET /get RTSP/1.0',
    'GET /get HTTP /1.1',
    'GET /get HTTP/ 1.1',
    'GET /get HTTP/1 .1',
    'GET /get HTTP\\1.1',
    'GET /get HTTP/1.10',
  ],
  ...[
    'GET /get HTTP/0x1.1',
    'GET /get xHTTP/1.1',
    'GET /get\\ HTTP/1.1',
    'GET /get HTTP/1.1;x',
    'GET /get HTTP/1.1,HTTP/1.1',
    'SOURCE /get ICE/1.0',
  ],
]

const OTHER_VERSIONS: readonly string[] = [
  'HTTP/0.9',
  'HTTP/0.0',
  'HTTP/2.0',
  'HTTP/2',
  'HTTP/3.0',
  'HTTP/9.9',
  'HTTP/10.1',
  'HTTP/1.10',
  'HTTP/12.1',
]

/** Targets that are none, or not for GET. Well framed, so they may be answered in step. */
const ODD_TARGETS: readonly string[] = [
  ...[
    'get',
    '*',
    'a:80',
    'http:/a/get',
    'http://',
    'http:///get',
    'ftp://a/get',
    'http://u@a/get',
    'http://u:p@a/get',
    'http://a:99999/get',
    'http://a:x/get',
  ],
  ...[
    'http://[::1/get',
    '//',
    '/#frag',
    '/get#',
    '/%00',
    '/a%',
    '/a%2',
    '/a%zz',
    '/..;/get',
    '/a\\..\\get',
    'javascript:x',
    '?x',
    '#',
    'http://a\\b/get',
    'http://b/get',
  ],
  ...[
    'http://a.b/get',
    'HTTP://B/get',
    'http://a:81/get',
    'http://%61/get',
    'http://a,b/get',
    'http://a;b/get',
    'http:a',
    'http://a#/get',
    'http://.../get',
    'http//a/get',
    'ws://a/get',
    'https://b/get',
    'http://a@b/get',
    'http://b@a/get',
    'http://a\\@b/get',
    'http://a%2fb/get',
    'http://a:80:80/get',
    'http://[a]/get',
    'view-source:http://a/get',
    '/%c0%80%00',
  ],
]

/** Request lines and targets. */
export const requestLines: readonly Family[] = [
  { family: 'request lines that are none', cases: BAD_LINES.map((text) => bad(text, [400, 501, 505])) },
  {
    family: 'other versions',
    cases: [
      ...OTHER_VERSIONS.map((version) => bad(`GET /get ${version}`, [400, 505])),
      // A higher minor version is as good as the highest that one speaks (RFC 9110 §2.5).
      ...['HTTP/1.2', 'HTTP/1.9'].map((version) => ({ ...orRefused(fine(`GET /get ${version}`, seen('/get'))), statuses: [400, 505] })),
      refused('HTTP/0.9', 'GET /get\r\n'),
      refused('HTTP/0.9 with a head', line('GET /get')),
      refused('HTTP/0.9 with a bare LF', 'GET /get\n'),
      refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]),
      refused('a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
      refused('a PROXY header nobody asked for', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get()}`),
    ],
  },
  {
    family: 'methods',
    cases: [
      refused('a tunnel', message(['CONNECT a:80 HTTP/1.1', 'Host: a:80'])),
      refused('a tunnel with a path', message(['CONNECT /get HTTP/1.1', 'Host: a'])),
      refused('a tunnel with a length', message(['CONNECT a:80 HTTP/1.1', 'Host: a:80', `Content-Length: ${SMUGGLED.length}`], SMUGGLED)),
      refused('a tunnel with chunks', message(['CONNECT a:80 HTTP/1.1', 'Host: a:80', 'Transfer-Encoding: chunked'], chunked(SMUGGLED))),
      refused('a very long method', line(`${'G'.repeat(9_000)} /get HTTP/1.1`), [400, 414, 431, 501]),
      ...['PURGE', 'PROPFIND', 'QUERY', 'M-SEARCH', 'FOO', 'G.T'].map((method) =>
        orRefused(one(method, line(`${method} /get HTTP/1.1`), { method, target: '/get' })),
      ),
    ].map((wireCase) => ({ ...wireCase, statuses: wireCase.statuses ?? [400, 405, 501] })),
  },
  {
    family: 'targets that are fine',
    cases: [
      fine('GET / HTTP/1.1', seen('/')),
      fine('GET //b/get HTTP/1.1', seen('//b/get')),
      fine('GET /a//b?c=//d HTTP/1.1', seen('/a//b?c=//d')),
      fine('GET /../get HTTP/1.1', seen('/get')),
      fine('GET /%2e%2e/get HTTP/1.1', seen('/get')),
      fine('GET /a%2fb HTTP/1.1', seen('/a%2Fb')),
      fine('GET /http://b/get HTTP/1.1', seen('/http://b/get')),
      fine('GET /get?http://b/ HTTP/1.1', seen('/get?http://b/')),
      fine('GET http://a/get HTTP/1.1', seen('/get')),
      fine('GET HTTP://A/get HTTP/1.1', seen('/get')),
      fine('GET http://a HTTP/1.1', seen('/')),
      fine('GET http://a?x HTTP/1.1', seen('/?x')),
      fine('GET http://a:80/get HTTP/1.1', seen('/get')),
      fine('GET http://a?@b/get HTTP/1.1', seen('/?@b/get')),
      // How the connection is secured is not for the client to say.
      orRefused(fine('GET https://a/get HTTP/1.1', { ...seen('/get'), fields: { host: 'a', 'x-forwarded-proto': 'http' } })),
      // It asks about the server as a whole: Weir has no route for it, unless a site names one.
      { ...orRefused(fine('OPTIONS * HTTP/1.1', { method: 'OPTIONS', target: '*' })), statuses: [200, 204, 404, 405] },
    ],
  },
  {
    family: 'targets that are not',
    cases: [
      ...ODD_TARGETS.map((target) => (target === '//' ? fine('GET // HTTP/1.1', seen('//')) : odd(`GET ${target} HTTP/1.1`))),
      ...['/g\x01et', '/g\x7fet', '/g\x80et', '/\xc3\xa9', '/g\0et', '\x80'].map((target) => odd(`GET ${target} HTTP/1.1`)),
      odd(`GET /${'a'.repeat(9_000)} HTTP/1.1`, [414, 431]),
      refused('a head of a target', line(`GET /${'a'.repeat(40_000)} HTTP/1.1`), [414, 431]),
    ],
  },
]
