// Answers that two readers take in two ways, or that say more than was asked. RFC 9112 §6.3: what frames itself badly is a 502, and what
// stands behind an answer is never another one.

import {
  type AnswerCase,
  type AnswerFamily,
  BODY,
  bad,
  badOrWhole,
  CHUNKED,
  cut,
  head,
  SECOND,
  STOLEN,
  WHOLE,
  whole,
  wholeAndLast,
} from './answer-case.ts'
import { label } from './wire-case.ts'

const CHUNKS = `5\r\n${BODY}\r\n0\r\n\r\n`
const lengthOf = (value: string) => head([`Content-Length: ${value}`]) + BODY
const codingOf = (value: string) => head([`Transfer-Encoding: ${value}`]) + CHUNKS
const withField = (line: string) => head([line, 'Content-Length: 5']) + BODY
const statusLine = (text: string) => head(['Content-Length: 5'], text) + BODY
const bodied = (text: string) => head(['Transfer-Encoding: chunked']) + text

function bodiless(status: string, fields: readonly string[], behind: string): AnswerCase {
  const bytes = head(fields, `HTTP/1.1 ${status}`) + behind
  const { allowed } = badOrWhole('', '')
  const reuse = behind === '' ? 'may' : 'must-not'
  return {
    ...wholeAndLast(`${status} ${fields.join(', ')} ${label(behind)}`, bytes),
    allowed,
    reuse,
    status: Number(status.slice(0, 3)),
    body: '',
  }
}

function headOnly(fields: readonly string[], behind: string): AnswerCase {
  const base = behind === '' ? whole : wholeAndLast
  return { ...base(`${fields.join(', ')} and ${label(behind)}`, head(fields) + behind), method: 'HEAD', body: '' }
}

const interim = (status: string, fields: readonly string[] = []) => [`HTTP/1.1 ${status}`, ...fields, '', ''].join('\r\n')

const BAD_LENGTHS: readonly string[] = [
  ...[
    '5, 6',
    '6, 5',
    '5 5',
    '+5',
    '-5',
    '0x5',
    '5a',
    'a5',
    '5;',
    '"5"',
    '',
    '5.0',
    '99999999999999999999',
    '18446744073709551621',
    '5\0',
    '5,,5x',
  ],
]
const BAD_CODINGS: readonly string[] = [
  ...[
    'gzip, chunked',
    'chunked, gzip',
    'gzip',
    'identity',
    'xchunked',
    'chunkedx',
    'chunked, chunked',
    'chunked;a=b',
    '"chunked"',
    '\x0bchunked',
    'chunked\0',
    '',
  ],
]
const BAD_STATUS_LINES: readonly string[] = [
  ...[
    'HTTP/1.1 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 abc OK',
    'HTTP/1.1',
    'HTTP/1.1 ',
    'HTTP/1.1 2 0 OK',
    'HTTP/1.1 +20 OK',
    'HTTP/1.1 0x1 OK',
  ],
  ...[
    'HTTP/2 200 OK',
    'HTTP/2.0 200 OK',
    'HTTP/0.9 200 OK',
    'HTP/1.1 200 OK',
    'ICY 200 OK',
    '200 OK',
    ' HTTP/1.1 200 OK',
    'http/1.1 200 OK',
    'HTTP/1.1\t200 OK',
  ],
  ...[
    'HTTP/1.1 000 OK',
    'HTTP/1.1 099 OK',
    'HTTP/1.1 20\0 OK',
    'HTTP/1.1 200\0OK',
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1 200 O\rK',
    'HTTP/01.1 200 OK',
    'HTTP/11 200 OK',
  ],
  ...['garbage', 'GET / HTTP/1.1', '\0', '<html>', '{"status":200}', '\x15\x03\x01\x00\x02\x02\x50', 'HTTP/1.1 200OK', 'HTTP/1.1200 OK'],
]
const BAD_FIELDS: readonly string[] = [
  ...[
    'X: a\0b',
    'X: \x01',
    'X: a\x0bb',
    'X: a\x7fb',
    'X: a\rb',
    'X: a\rSet-Cookie: x=y',
    ': x',
    'X',
    'X y: z',
    'X\0: y',
    'X(: y',
    '\x80: y',
    'X\x7f: y',
  ],
]
const BAD_CHUNKS: readonly string[] = [
  ...[
    '+5',
    '-5',
    ' 5',
    '5 ',
    '0x5',
    '5g',
    'g',
    '',
    '5\0',
    '10000000000000005',
    'ffffffffffffffff',
    '5;a\n',
    '5;a\r',
    '5;a="\r\n"',
    '5\n',
    '5\r',
    '\r\n5',
  ],
  ...[`5;${'a'.repeat(20_000)}`],
]
const BEHIND_CHUNK: readonly string[] = ['', '\n', '\r', 'X\r\n', ' \r\n', '\r\r\n', STOLEN]

/** Answers that are not what they seem. */
export const answers: readonly AnswerFamily[] = [
  {
    family: 'answers that are fine',
    cases: [
      whole('by length', WHOLE),
      whole('in chunks', CHUNKED),
      wholeAndLast('until the close', head([]) + BODY, 'fin'),
      wholeAndLast('HTTP/1.0 until the close', head([], 'HTTP/1.0 200 OK') + BODY, 'fin'),
      wholeAndLast('HTTP/1.0 by length', head(['Content-Length: 5'], 'HTTP/1.0 200 OK') + BODY, 'fin'),
      wholeAndLast('by length and Connection: close', head(['Connection: close', 'Content-Length: 5']) + BODY, 'keeps'),
      wholeAndLast('in chunks and Connection: close', head(['Connection: close', 'Transfer-Encoding: chunked']) + CHUNKS, 'keeps'),
      whole('Trailer beside a length', head(['Trailer: x', 'Content-Length: 5']) + BODY),
      whole('a trailer section', bodied(`5\r\n${BODY}\r\n0\r\nX-Checksum: 1\r\n\r\n`)),
      {
        ...whole('a trailer that frames', bodied(`5\r\n${BODY}\r\n0\r\nContent-Length: 1\r\n\r\n`)),
        allowed: ['whole', 'cut', 'bad-gateway'],
      },
      whole('chunk extensions', bodied(`5;a=b\r\n${BODY}\r\n0;c="d"\r\n\r\n`)),
      whole('fields that name others', head(['Connection: X-Own', 'X-Own: 1', 'Content-Length: 5']) + BODY),
      whole('no reason phrase', statusLine('HTTP/1.1 200 ')),
      whole('Chunked in another case', codingOf('Chunked')),
      ...['HTTP/1.1 200', 'HTTP/1.2 200 OK', 'HTTP/1.1  200 OK', '\r\nHTTP/1.1 200 OK'].map((text) =>
        badOrWhole(label(text), statusLine(text)),
      ),
    ],
  },
  {
    family: 'a length that is none, or two',
    cases: [
      ...BAD_LENGTHS.map((value) => bad(label(value), lengthOf(value))),
      bad('two that differ', head(['Content-Length: 5', 'Content-Length: 6']) + BODY),
      bad('two that differ in case too', head(['Content-Length: 6', 'content-length: 5']) + BODY),
      badOrWhole('two that are equal', head(['Content-Length: 5', 'Content-Length: 5']) + BODY),
      badOrWhole('a list of equals', lengthOf('5, 5')),
      badOrWhole('zeros before', lengthOf('0005')),
    ],
  },
  {
    family: 'a coding that is none, or beside a length',
    cases: [
      ...BAD_CODINGS.map((value) => bad(label(value), codingOf(value), 'fin')),
      bad('two lines', head(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']) + CHUNKS),
      { ...badOrWhole('a length before', head(['Content-Length: 3', 'Transfer-Encoding: chunked']) + CHUNKS), reuse: 'must-not' },
      { ...badOrWhole('a length behind', head(['Transfer-Encoding: chunked', 'Content-Length: 3']) + CHUNKS), reuse: 'must-not' },
      { ...badOrWhole('a length of zero', head(['Content-Length: 0', 'Transfer-Encoding: chunked']) + CHUNKS), reuse: 'must-not' },
      { ...badOrWhole('in HTTP/1.0', head(['Transfer-Encoding: chunked'], 'HTTP/1.0 200 OK') + CHUNKS), reuse: 'must-not' },
    ],
  },
  {
    family: 'more than one answer',
    cases: [
      wholeAndLast('bytes behind a length', WHOLE + STOLEN),
      wholeAndLast('an answer behind a length', WHOLE + SECOND),
      wholeAndLast('an answer behind chunks', CHUNKED + SECOND),
      wholeAndLast('bytes behind chunks', CHUNKED + STOLEN),
      wholeAndLast('a line end behind a length', `${WHOLE}\r\n`),
      { ...wholeAndLast('an answer behind a length, later', WHOLE), later: SECOND },
      { ...wholeAndLast('an answer behind chunks, later', CHUNKED), later: SECOND },
      { ...wholeAndLast('one byte, later', WHOLE), later: '\n' },
      { ...wholeAndLast('an answer in pieces of its own', WHOLE), pieces: [WHOLE, SECOND.slice(0, 9), SECOND.slice(9)] },
      { ...wholeAndLast('half an answer behind', WHOLE + SECOND.slice(0, 30)) },
      { ...wholeAndLast('behind a length of zero', head(['Content-Length: 0']) + SECOND), body: '' },
    ],
  },
  {
    family: 'bodies where none may be',
    cases: [
      headOnly(['Content-Length: 5'], ''),
      headOnly(['Transfer-Encoding: chunked'], ''),
      headOnly([], ''),
      headOnly([`Content-Length: ${STOLEN.length}`], STOLEN),
      headOnly(['Transfer-Encoding: chunked'], `6\r\n${STOLEN}\r\n0\r\n\r\n`),
      headOnly(['Content-Length: 0'], SECOND),
      headOnly([], SECOND),
      bodiless('204 No Content', [], ''),
      bodiless('204 No Content', ['Content-Length: 0'], ''),
      bodiless('204 No Content', [`Content-Length: ${STOLEN.length}`], STOLEN),
      bodiless('204 No Content', ['Transfer-Encoding: chunked'], `6\r\n${STOLEN}\r\n0\r\n\r\n`),
      bodiless('204 No Content', [], SECOND),
      bodiless('304 Not Modified', ['Content-Length: 5'], ''),
      bodiless('304 Not Modified', [`Content-Length: ${STOLEN.length}`], STOLEN),
      bodiless('304 Not Modified', ['Transfer-Encoding: chunked'], `6\r\n${STOLEN}\r\n0\r\n\r\n`),
      bodiless('304 Not Modified', [], SECOND),
    ],
  },
  {
    family: 'interim answers',
    cases: [
      whole('100 before', interim('100 Continue') + WHOLE),
      whole('102 before', interim('102 Processing') + WHOLE),
      whole('103 before', interim('103 Early Hints', ['Link: </a>; rel=preload']) + WHOLE),
      whole('several before', interim('103 Early Hints').repeat(3) + WHOLE),
      {
        ...badOrWhole('in pieces of their own', WHOLE),
        pieces: [interim('100 Continue'), interim('103 Early Hints'), WHOLE],
        allowed: ['whole'],
      },
      bad('with a body', interim('103 Early Hints', [`Content-Length: ${STOLEN.length}`]) + STOLEN + WHOLE),
      badOrWhole('with a length of zero', interim('103 Early Hints', ['Content-Length: 0']) + WHOLE),
      bad('with chunks', interim('100 Continue', ['Transfer-Encoding: chunked']) + CHUNKS + WHOLE),
      badOrWhole('twenty thousand', interim('100 Continue').repeat(20_000) + WHOLE),
      { ...bad('without an end', interim('100 Continue')), forever: interim('103 Early Hints').repeat(200) },
      bad('and nothing else', interim('100 Continue'), 'fin'),
      bad('101 that nobody asked for', interim('101 Switching Protocols', ['Connection: upgrade', 'Upgrade: x']) + STOLEN),
      bad('101 and an answer', interim('101 Switching Protocols', ['Connection: upgrade', 'Upgrade: h2c']) + WHOLE),
      bad('101 without fields', interim('101 Switching Protocols') + WHOLE),
    ],
  },
  {
    family: 'heads that are none',
    cases: [
      ...BAD_STATUS_LINES.map((text) => bad(label(text), statusLine(text), 'fin')),
      ...BAD_FIELDS.map((line) => bad(label(line), withField(line), 'fin')),
      ...['X : y', 'X\t: y', 'X: a\r\n b', 'X: a\r\n\tb'].map((line) => badOrWhole(label(line), withField(line), 'fin')),
      badOrWhole('a bare LF behind the status line', WHOLE.replace('\r\n', '\n'), 'fin'),
      badOrWhole('bare LFs throughout', WHOLE.replaceAll('\r\n', '\n'), 'fin'),
      badOrWhole('a space before the first field', WHOLE.replace('Cache', ' Cache'), 'fin'),
      bad('bare CRs throughout', WHOLE.replaceAll('\r\n', '\r'), 'fin'),
      { ...bad('a status of three nines', statusLine('HTTP/1.1 999 Odd')), allowed: ['bad-gateway', 'whole'], status: 999, reuse: 'may' },
      bad('a field of 200 KB', withField(`X: ${'a'.repeat(200_000)}`)),
      bad('ten thousand fields', head([...Array.from({ length: 10_000 }, (_, i) => `X-${i}: y`), 'Content-Length: 5']) + BODY),
      { ...bad('fields without an end', 'HTTP/1.1 200 OK\r\n'), forever: 'X: y\r\n'.repeat(500) },
      { ...bad('a field without an end', 'HTTP/1.1 200 OK\r\nX: '), forever: 'y'.repeat(4_000) },
    ],
  },
  {
    family: 'chunks that are none',
    cases: [
      ...BAD_CHUNKS.map((size) => cut(`size ${label(size)}`, bodied(`${size}\r\n${BODY}\r\n0\r\n\r\n`), 'fin')),
      ...BAD_CHUNKS.map((size) => cut(`second size ${label(size)}`, bodied(`2\r\nhe\r\n${size}\r\n${BODY}\r\n0\r\n\r\n`), 'fin')),
      ...BEHIND_CHUNK.map((behind) => cut(`behind the data ${label(behind)}`, bodied(`5\r\n${BODY}${behind}0\r\n\r\n`), 'fin')),
      cut('a trailer that is none', bodied(`5\r\n${BODY}\r\n0\r\nX\r\n\r\n`), 'fin'),
      cut('a trailer with a NUL', bodied(`5\r\n${BODY}\r\n0\r\nX: \0\r\n\r\n`), 'fin'),
      cut('an answer in place of the trailers', bodied(`5\r\n${BODY}\r\n0\r\n${SECOND}`), 'fin'),
      cut('a last chunk with a bare LF', bodied(`5\r\n${BODY}\r\n0\n\n`), 'fin'),
      { ...cut('trailers without an end', bodied(`5\r\n${BODY}\r\n0\r\n`)), forever: 'X: y\r\n'.repeat(500) },
      { ...cut('an extension without an end', bodied('5;')), forever: 'a'.repeat(4_000) },
    ],
  },
]
