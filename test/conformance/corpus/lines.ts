// Line ends, names and values: where one reader sees two lines, or two heads, and another sees one.
// RFC 9112 §2.2, §5.1, §5.2; RFC 9110 §5.1, §5.5.

import {
  type Family,
  get,
  label,
  message,
  one,
  orRefused,
  post,
  refused,
  SEEN_GET,
  SMUGGLED,
  seenPost,
  type WireCase,
} from './wire-case.ts'

const GET_LINE = 'GET /get HTTP/1.1'
const raw = (bytes: string): WireCase => refused(label(bytes), bytes)

/** Whole requests, but for their line ends. */
const LINE_ENDS: readonly string[] = [
  ...[`${GET_LINE}\nHost: a\n\n`, `${GET_LINE}\nHost: a\r\n\r\n`, `${GET_LINE}\r\nHost: a\n\r\n`, `${GET_LINE}\r\nHost: a\n\n`],
  ...[
    `${GET_LINE}\r\nHost: a\r\n\n`,
    `${GET_LINE}\r\nHost: a\r\r\n\r\n`,
    `${GET_LINE}\r\r\nHost: a\r\n\r\n`,
    `${GET_LINE}\r\nHost: a\r\n\r\r\n`,
  ],
  ...[
    `${GET_LINE}\rHost: a\r\r`,
    `${GET_LINE}\rHost: a\r\n\r\n`,
    `${GET_LINE}\r\nHost: a\rX: y\r\n\r\n`,
    `${GET_LINE}\r\nHost: a\r\n\rX: y\r\n\r\n`,
  ],
  ...[
    `${GET_LINE}\n\rHost: a\n\r\n\r`,
    `${GET_LINE}\r\nHost: a\n\r\n\r\n`,
    `${GET_LINE}\r\nX: y\nHost: a\r\n\r\n`,
    `${GET_LINE}\n\n`,
    `${GET_LINE}\r\r`,
  ],
  ...[`${GET_LINE}\r\nHost: a\r\nX: y\rContent-Length: 43\r\n\r\n`, `${GET_LINE}\r\nHost: a\r\nX: y\nContent-Length: 43\r\n\r\n`],
  ...[`${GET_LINE}\r\nHost: a\r\nX: y\r\n\rX\r\n\r\n`, `${GET_LINE}\x0b\r\nHost: a\r\n\r\n`, `${GET_LINE}\x85Host: a\r\n\r\n`],
  ...[
    `${GET_LINE}\r\nHost: a\r\n\0\r\n\r\n`,
    `${GET_LINE}\0\r\nHost: a\r\n\r\n`,
    `${GET_LINE}\r\nHost: a\0\r\n\r\n`,
    `${GET_LINE}\r\n\0Host: a\r\n\r\n`,
  ],
  ...[`GET\n/get HTTP/1.1\r\nHost: a\r\n\r\n`, `GET /get\nHTTP/1.1\r\nHost: a\r\n\r\n`, `GET\r/get HTTP/1.1\r\nHost: a\r\n\r\n`],
  ...[`GET /g\ret HTTP/1.1\r\nHost: a\r\n\r\n`, `GET /g\net HTTP/1.1\r\nHost: a\r\n\r\n`, `GET /get HTTP/1\r.1\r\nHost: a\r\n\r\n`],
]

/** What stands before a request. One or two empty lines may be skipped (RFC 9112 §2.2), nothing else. */
const BEFORE: readonly string[] = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\0',
  '\r\r\n',
  '\n\r',
  ' \r\n',
  '\x0b',
  '\xef\xbb\xbf',
  '\x16\x03\x01',
  '0\r\n\r\n',
  ';',
  ':',
]

/** Bytes that may stand in no name of a field. */
const NOT_IN_NAMES = '\0\x01\x08\t\x0b\x0c\x0e\x1f "(),/;<=>?@[\\]{}\x7f\x80\x85\xa0\xad\xc3\xe9\xff'
/** Bytes that may stand in no value. */
const NOT_IN_VALUES = '\0\x01\x02\x07\x08\x0b\x0c\x0e\x1a\x1b\x1f\x7f\r\n'
const codeOf = (byte: string) => `0x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`

const FOLDED: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['by a space', ['Host: a', 'X: y', ' z']],
  ['by a tab', ['Host: a', 'X: y', '\tz']],
  ['to nothing', ['Host: a', 'X: y', ' ']],
  ['to a tab', ['Host: a', 'X: y', '\t']],
  ['the Host', ['Host: a', ' b']],
  ['before the Host', [' X: y', 'Host: a']],
  ['a tab before the Host', ['\tX: y', 'Host: a']],
  ['the Host itself', [' Host: a', 'Host: a']],
  ['to a length', ['Host: a', 'X: y', ` Content-Length: ${SMUGGLED.length}`]],
  ['from a length', ['Host: a', 'Content-Length: 0', ' 0']],
  ['twice', ['Host: a', 'X: y', ' z', ' z']],
  ['to a line end', ['Host: a', 'X: y', ' \r']],
  ['an empty value', ['Host: a', 'X:', ' y']],
]

/** Line ends, names and values. */
export const lines: readonly Family[] = [
  { family: 'bare CR and bare LF', cases: LINE_ENDS.map(raw) },
  {
    family: 'what stands before a request',
    cases: [
      orRefused(one('an empty line', `\r\n${get()}`, SEEN_GET)),
      orRefused(one('two empty lines', `\r\n\r\n${get()}`, SEEN_GET)),
      refused('a thousand empty lines', `${'\r\n'.repeat(20_000)}${get()}`),
      ...BEFORE.map((before) => refused(JSON.stringify(before), `${before}${get()}`)),
    ],
  },
  {
    family: 'names of fields',
    cases: [
      ...[...NOT_IN_NAMES].map((byte) => refused(`${codeOf(byte)} behind a name`, get(`X${byte}: y`))),
      ...[...NOT_IN_NAMES].map((byte) => refused(`${codeOf(byte)} in a name`, get(`X${byte}Y: z`))),
      ...[...NOT_IN_NAMES].map((byte) => refused(`${codeOf(byte)} before a name`, get(`${byte}X: y`))),
      refused('no name', get(': y')),
      refused('no name and no value', get(':')),
      refused('no colon', get('X')),
      refused('no colon, but a request', get('GET /smuggled HTTP/1.1')),
      refused('no colon in the last of many', get('X: y', 'Y: z', 'Z')),
      refused('too long', get(`${'X'.repeat(9_000)}: y`), [400, 431]),
      refused('too long a head', get(...Array.from({ length: 20 }, (_, i) => `X-${i}: ${'y'.repeat(4_000)}`)), [400, 431]),
      refused('too many', get(...Array.from({ length: 200 }, (_, i) => `X-${i}: y`)), [431]),
      refused('too many of one', get(...Array.from({ length: 1_200 }, () => 'X: y'), 'Content-Length: 5'), [431]),
      one('all that may stand in a name', get("a!#$%&'*+-.^_`|~9: z"), SEEN_GET),
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'].map((name) =>
        one(name, get(`${name}: y`), SEEN_GET),
      ),
    ],
  },
  {
    family: 'values of fields',
    cases: [
      ...[...NOT_IN_VALUES].map((byte) => refused(`${codeOf(byte)} within`, get(`X: y${byte}z`))),
      ...[...NOT_IN_VALUES].map((byte) => refused(`${codeOf(byte)} before`, get(`X: ${byte}z`))),
      ...[...'\0\x01\x0b\x0c\x1f\x7f\r'].map((byte) => refused(`${codeOf(byte)} behind`, get(`X: y${byte}`))),
      refused('too long', get(`X: ${'y'.repeat(9_000)}`), [400, 431]),
      one('empty', get('X:'), { ...SEEN_GET, fields: { x: '' } }),
      one('a space alone', get('X: '), { ...SEEN_GET, fields: { x: '' } }),
      one('tabs and spaces around', get('X: \t y z \t'), { ...SEEN_GET, fields: { x: 'y z' } }),
      one('a tab within', get('X: y\tz'), { ...SEEN_GET, fields: { x: 'y\tz' } }),
      one('colons', get('X:y:z:'), { ...SEEN_GET, fields: { x: 'y:z:' } }),
      one('hard spaces around, which are no white space', get('X: \xa0y\xa0'), { ...SEEN_GET, fields: { x: '\xa0y\xa0' } }),
      one('high bytes', get('X: \x80\xa0\xe9\xff'), { ...SEEN_GET, fields: { x: '\x80\xa0\xe9\xff' } }),
    ],
  },
  {
    family: 'folded lines',
    cases: [
      ...FOLDED.map(([name, folded]) => refused(name, message([GET_LINE, ...folded]))),
      refused('in a POST, before its length', post(['X: y', ' z', 'Content-Length: 5'], 'hello')),
    ],
  },
  {
    family: 'what a reader may split at and must not',
    cases: [
      one('an encoded line end in the target', message(['GET /a%0d%0aX:%20y HTTP/1.1', 'Host: a']), {
        method: 'GET',
        target: '/a%0D%0AX:%20y',
      }),
      one('an encoded line end in a value', get('X: y%0d%0aZ: z'), { ...SEEN_GET, fields: { x: 'y%0d%0aZ: z' }, without: ['z'] }),
      one('a wide CR LF in a value', get('X: y\xe5\x98\x8d\xe5\x98\x8aZ: z'), { ...SEEN_GET, without: ['z'] }),
      one('a request in a body', post([`Content-Length: ${SMUGGLED.length}`], SMUGGLED), seenPost(SMUGGLED)),
    ],
  },
]
