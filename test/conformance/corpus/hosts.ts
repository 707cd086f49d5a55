// Host: whose site is asked for. None, several, or one that is no host must be refused (RFC 9112 §3.2, RFC 9110 §7.2).

import { declined, type Family, label, message, one, orRefused, refused, SEEN_GET, type Seen } from './wire-case.ts'

const hostLines = (...hosts: readonly string[]): string => message(['GET /get HTTP/1.1', ...hosts])
const seen = (target: string, host = 'a'): Seen => ({ method: 'GET', target, body: '', fields: { host } })

/** Values that are no host. */
const HOSTS: readonly string[] = [
  ...[
    'a, b',
    'a,b',
    'a,a',
    'a b',
    'a\tb',
    'u@a',
    'u:p@a',
    'a@',
    '@a',
    'a/b',
    'a/',
    '/a',
    'a?b',
    'a#b',
    'a\\b',
    'a:8a',
    'a:-1',
    'a:+80',
    'a:80:80',
    'a:65536',
    'a:0',
  ],
  ...[
    'a:99999999999',
    'a: 80',
    'a :80',
    'a:80 b',
    '[::1',
    '::1',
    '[::1]x',
    '[zz]',
    '[::1%25lo]',
    '[]',
    '[::1]:x',
    'http://a',
    '//a',
    '%61',
    'a%00',
    'a;b',
    '"a"',
    '<a>',
    "a'b",
  ],
  ...[
    'a..b',
    '.',
    '..',
    '.a',
    'a!b',
    'a*',
    '*',
    '(a)',
    'a|b',
    'a^b',
    '{a}',
    'a`b',
    'a=b',
    'a&b',
    'a$b',
    'a\x80',
    '\xe9',
    'a\xa0',
    `${'a'.repeat(64)}`,
    'a.'.repeat(200),
  ],
]

/** Fields that name a host to somebody, and not to us. */
const ALIKE: readonly string[] = [
  'X-Host: b',
  'X-Forwarded-Host: b',
  'X-Original-Host: b',
  'X-HTTP-Host-Override: b',
  'Forwarded: host=b',
  'X-Original-URL: /b',
  'X-Rewrite-URL: /b',
]

/** The same names, and others that an origin takes for the word of its proxy, as CGI and what came after it read them too. */
const SPOOFED: readonly string[] = [
  ...['X_Forwarded_For: 1.2.3.4', 'X_Forwarded_Host: b', 'X_Forwarded_Proto: ftp', 'X_Original_URL: /b', 'X_Rewrite_URL: /b', 'X_Host: b'],
  ...['X-Forwarded-Port: 1', 'X-Forwarded-Server: b', 'X-Forwarded-Prefix: /b', 'X-Real-IP: 1.2.3.4', 'X_Real_IP: 1.2.3.4', 'Proxy: b'],
  ...['True-Client-IP: 1.2.3.4', 'X-Client-IP: 1.2.3.4', 'X-Cluster-Client-IP: 1.2.3.4', 'CF-Connecting-IP: 1.2.3.4', 'Host_: b'],
]
const TOLD: Readonly<Record<string, string>> = {
  host: 'a',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-host': 'a',
  'x-forwarded-proto': 'http',
}

/** Host. */
export const hosts: readonly Family[] = [
  {
    family: 'Host',
    cases: [
      ...HOSTS.map((host) => declined(label(host), hostLines(`Host: ${host}`))),
      declined('none', hostLines()),
      declined('empty', hostLines('Host:')),
      declined('two', hostLines('Host: a', 'Host: b')),
      declined('two that are equal', hostLines('Host: a', 'Host: a')),
      declined('two of different case', hostLines('Host: a', 'hOST: b')),
      declined('two, one of them empty', hostLines('Host: a', 'Host:')),
      declined('three', hostLines('Host: a', 'Host: a', 'Host: a')),
      declined('none beside an absolute target', message(['GET http://a/get HTTP/1.1'])),
      declined('two beside an absolute target', message(['GET http://a/get HTTP/1.1', 'Host: a', 'Host: b'])),
      declined('another than that of an absolute target', message(['GET http://b/get HTTP/1.1', 'Host: a'])),
      refused('a space before its colon', hostLines('Host : a')),
      refused('a second one with a space before its colon', hostLines('Host: a', 'Host : b')),
      refused('a second one, folded', hostLines('Host: a', ' Host: b')),
      refused('a second one behind a bare LF', hostLines('Host: a\nHost: b')),
      refused('a second one behind a bare CR', hostLines('Host: a\rHost: b')),
      one('upper case', hostLines('HOST: A'), seen('/get')),
      one('a port that the scheme has anyway', hostLines('Host: a:80'), seen('/get')),
      one('another port', hostLines('Host: a:8080'), seen('/get', 'a:8080')),
      one('an empty port', hostLines('Host: a:'), seen('/get')),
      one('a dot behind', hostLines('Host: a.'), seen('/get')),
      one('an address of version 6', hostLines('Host: [::1]:81'), seen('/get', '[::1]:81')),
      orRefused(one('an underscore', hostLines('Host: a_b'), seen('/get', 'a_b'))),
      ...ALIKE.map((text) =>
        one(`beside ${text}`, hostLines('Host: a', text), {
          ...SEEN_GET,
          fields: { host: 'a' },
          without: ['x-original-url', 'x-rewrite-url', 'x-host'],
        }),
      ),
    ],
  },
  {
    family: 'who asks, for which site and how',
    cases: [
      ...SPOOFED.map((text) => {
        const name = text.slice(0, text.indexOf(':')).toLowerCase()
        return one(text, hostLines('Host: a', text), { ...SEEN_GET, fields: TOLD, without: name === 'host_' ? [] : [name] })
      }),
      ...['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Proto: ftp', 'Forwarded: for=1.2.3.4'].map((text) =>
        one(text, hostLines('Host: a', text), { ...SEEN_GET, fields: { ...TOLD, forwarded: 'for=127.0.0.1;host=a;proto=http' } }),
      ),
    ],
  },
]
