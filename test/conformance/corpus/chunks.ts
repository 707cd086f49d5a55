// Chunked bodies that two readers end at two places (RFC 9112 §7.1). The field of attack of recent years: line ends inside of extensions
// (TERM.EXT, EXT.TERM), and data that spills over its chunk.

import { broken, type Family, label, one, orRefused, post, SMUGGLED, seenPost, type WireCase } from './wire-case.ts'

const CHUNKED = ['Transfer-Encoding: chunked']
const REST = `\r\nhello\r\n0\r\n\r\n`

const body = (text: string) => post(CHUNKED, text)
const bad = (text: string): WireCase => broken(label(text), body(text))
const good = (text: string, sees: string): WireCase => one(label(text), body(text), seenPost(sees))
const maybe = (text: string, sees: string): WireCase => orRefused(good(text, sees))

/** Chunk sizes that are none. */
const SIZES: readonly string[] = [
  ...[
    '+5',
    '-5',
    ' 5',
    '\t5',
    '5 ',
    '5\t',
    '5  ',
    '0x5',
    '0X5',
    '5h',
    '5g',
    'g',
    '',
    ' ',
    '5.0',
    '5,5',
    '5_0',
    '5 5',
    '"5"',
    "'5'",
    '5:',
    '#5',
  ],
  ...[
    '\x005',
    '5\x00',
    '5\x0b',
    '\x0b5',
    '5\x0c',
    '5\xa0',
    '\xa05',
    '5\x7f',
    '5\x85',
    '\xd9\xa5',
    '5\xc2\xb2',
    '-0',
    '+0',
    '--5',
    '5-',
    '=5',
    '%35',
  ],
  ...[
    '10000000000000005',
    '100000000000000005',
    'fffffffffffffffb',
    'ffffffffffffffff',
    '7fffffffffffffff',
    '8000000000000005',
    'f'.repeat(40),
  ],
  ...['20000000000005', `1${'0'.repeat(400)}5`, '5\n', '5\r', '\n5', '\r5', '5\r\r', '5\n\r', '\r\n5', '\r\n\r\n5'],
]

/** Extensions that are one thing to one reader and another to the next. */
const EXTENSIONS: readonly string[] = [
  // TERM.EXT: a bare LF ends the line for one, and is part of the extension for the other.
  ...[';\n', ';a\n', ';a=\n', ';a=b\n', ';a=b\nX', ';a="\n"', ';a="b\n', ';\nxx', `;\n5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
  // EXT.TERM: the same with a bare CR.
  ...[';\r', ';a\r', ';a=\r', ';a=b\r', ';a=b\rX', ';a="\r"', ';\rxx', ';a="b\r\nc"', ';a="\r\n"', '\n;a', '\r;a'],
  ...[';\0', ';a=\0', ';a=\x01', ';a=\x7f', ';a="\0"', ';\x0b', ';a\x08', ';a="\x1f"'],
  ...[`;${'a'.repeat(300)}`, `;a=${'b'.repeat(1_000)}`, `;${'a'.repeat(20_000)}`, `;a="${'b'.repeat(5_000)}"`, `${';a'.repeat(200)}`],
]

/** What may stand behind the data of a chunk in place of CR LF. */
const BEHIND_DATA: readonly string[] = [
  ...['', '\n', '\r', ' \r\n', '\r \n', '\n\r', '\r\r\n', '\n\n', '\0\r\n', 'X\r\n', 'XX', '\r\n\r\n', '\r\n\n', '\r\n ', '\t\r\n'],
  ...[`0\r\n\r\n${SMUGGLED}`, 'hello\r\n', ';a\r\n'],
]

/** Trailer sections that are none. */
const BAD_TRAILERS: readonly string[] = [
  ...[
    'X : y\r\n\r\n',
    'X\r\n\r\n',
    ': y\r\n\r\n',
    ' X: y\r\n\r\n',
    '\tX: y\r\n\r\n',
    'X: y\n\r\n',
    'X: y\n\n',
    'X: y\r\r\n\r\n',
    'X: \0\r\n\r\n',
  ],
  ...['X: y\r\n z\r\n\r\n', 'X: y\rZ: z\r\n\r\n', 'X: y\nZ: z\r\n\r\n', 'X y: z\r\n\r\n', 'X\0: y\r\n\r\n', '\n', '\r\r\n', '\rX'],
  ...[`X: ${'y'.repeat(10_000)}\r\n\r\n`, `${'X: y\r\n'.repeat(2_000)}\r\n`, SMUGGLED, `GET /smuggled HTTP/1.1\r\n\r\n`],
]

/** Trailers that may not frame, route or authorise anything (RFC 9110 §6.5.1). */
const TRAILERS: readonly string[] = [
  ...['X: y', 'Content-Length: 5', 'Transfer-Encoding: chunked', 'Host: b', 'Authorization: x', 'Cookie: a=b', 'X-Forwarded-For: 1.2.3.4'],
  ...['Connection: close', 'Trailer: x', 'Content-Length: +5', 'Transfer-Encoding: x', 'Upgrade: h2c', 'Expect: 100-continue'],
]

const TRAILER_NAMES = ['x', 'authorization', 'cookie', 'expect', 'trailer', 'upgrade']

/** Chunked bodies. */
export const chunks: readonly Family[] = [
  {
    family: 'chunk sizes that are valid',
    cases: [
      good(`5\r\nhello\r\n0\r\n\r\n`, 'hello'),
      good(`a\r\nhellohello\r\n0\r\n\r\n`, 'hellohello'),
      good(`A\r\nhellohello\r\n0\r\n\r\n`, 'hellohello'),
      good(`2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`, 'hello'),
      good(`1\r\n0\r\n0\r\n\r\n`, '0'),
      good(`2\r\n\r\n\r\n0\r\n\r\n`, '\r\n'),
      good(`5\r\n0\r\n\r\n\r\n0\r\n\r\n`, '0\r\n\r\n'),
      maybe(`05\r\nhello\r\n0\r\n\r\n`, 'hello'),
      maybe(`000000005\r\nhello\r\n0\r\n\r\n`, 'hello'),
      maybe(`${'0'.repeat(20)}5\r\nhello\r\n0\r\n\r\n`, 'hello'),
      maybe(`5\r\nhello\r\n00\r\n\r\n`, 'hello'),
      maybe(`5\r\nhello\r\n0000000000000000\r\n\r\n`, 'hello'),
      maybe(`5\r\nhello\r\n${'0'.repeat(40)}\r\n\r\n`, 'hello'),
    ],
  },
  { family: 'chunk sizes that are none', cases: SIZES.map((size) => bad(`${size}${REST}${SMUGGLED}`)) },
  {
    family: 'sizes of the last chunk that are none',
    cases: ['0x0', '0 ', ' 0', '+0', '-0', '0h', '0\0', '00x', '0,0', '0.0', '0\n', '0\r', '\n0', 'O', '0\xa0', '0\t'].map((size) =>
      bad(`5\r\nhello\r\n${size}\r\n\r\n${SMUGGLED}`),
    ),
  },
  {
    family: 'extensions that are fine',
    cases: [
      ';a',
      ';a=b',
      ';a="b"',
      ';a="b;c"',
      ';a="b\\"c"',
      ';a;b;c',
      ';a=b;c=d',
      `;${'a'.repeat(200)}`,
      '; a=b',
      ' ;a=b',
      ';a = b',
      ';',
      ';;',
      ';=b',
    ]
      .map((extension) => maybe(`5${extension}\r\nhello\r\n0\r\n\r\n`, 'hello'))
      .concat([maybe(`5\r\nhello\r\n0;a=b\r\n\r\n`, 'hello'), maybe(`5;a="b\r\nhello\r\n0\r\n\r\n`, 'hello')]),
  },
  {
    family: 'TERM.EXT, EXT.TERM: extensions that are not',
    cases: [
      ...EXTENSIONS.map((extension) => bad(`5${extension}${REST}${SMUGGLED}`)),
      ...[';\n', ';a=b\n', ';\r', ';a\0', ';a\nGET /smuggled HTTP/1.1'].map((extension) =>
        bad(`5\r\nhello\r\n0${extension}\r\n\r\n${SMUGGLED}`),
      ),
      broken('20 KiB of extensions in 200 chunks', body(`${`1;${'a'.repeat(100)}\r\nx\r\n`.repeat(200)}0\r\n\r\n`)),
    ],
  },
  {
    family: 'SPILL: what stands behind the data',
    cases: [
      ...BEHIND_DATA.map((behind) => bad(`5\r\nhello${behind}0\r\n\r\n${SMUGGLED}`)),
      ...['5\nhello\r\n', '5\rhello\r\n', '5\r\rhello\r\n', '5\n\nhello\r\n', '5\n\rhello\r\n', '4\r\nhello\r\n', '6\r\nhello\r\n'].map(
        (chunk) => bad(`${chunk}0\r\n\r\n${SMUGGLED}`),
      ),
    ],
  },
  {
    family: 'the end of a chunked body',
    cases: [
      ...['0\n\n', '0\r\n\n', '0\n\r\n', '0\r\r\n\n', '0\r\n\rX', '0\r\r', '0\r\n\r\r\n', '0\r\n \r\n'].map((end) =>
        bad(`5\r\nhello\r\n${end}${SMUGGLED}`),
      ),
      ...['', '0', '0\r', '0\r\n', '0\r\n\r', '5', '5\r\n', '5\r\nhel', '5\r\nhello', '5\r\nhello\r', '0\r\nX: y', '0\r\nX: y\r\n'].map(
        (end): WireCase => ({ ...bad(`5\r\nhello\r\n${end}`), name: `cut off behind ${JSON.stringify(end)}`, leaves: 'half-closes' }),
      ),
    ],
  },
  {
    family: 'trailers',
    cases: [
      ...TRAILERS.map((line): WireCase => {
        const sees = { ...seenPost('hello'), without: TRAILER_NAMES }
        return orRefused(one(line, body(`5\r\nhello\r\n0\r\n${line}\r\n\r\n`), sees))
      }),
      ...BAD_TRAILERS.map((trailers) => bad(`5\r\nhello\r\n0\r\n${trailers}`)),
    ],
  },
]
