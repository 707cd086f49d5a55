import type { SeededRandom } from './seeded-random.ts'

const METHODS = ['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'M-SEARCH', 'PURGE']
const ODD_METHODS = ['X', 'get', 'CONNECT', 'SOURCE', 'x'.repeat(33)]
const TARGETS = ['/', '/', '/a', '/a/b?c=d', '/%41;p=1', '*', 'http://shop.example/a', '/a#b', '/"<>\\^`{|}', '//']
const ODD_TARGETS = ['a', '?', 'shop.example:80', '/\xe4', '']
const VERSIONS = ['1.0', '1.0', '1.0', '0.9', '2.0', '1.2']
const NAMES = [
  'Accept',
  'User-Agent',
  'Cookie',
  'X_under_score',
  'x-a',
  'A',
  "!#$%&'*+-.^_`|~",
  'Set-Cookie',
  'Keep-Alive',
  'TE',
  'Trailer',
]
const VALUES = ['', 'a', 'a b', '\ta ', ' a\t', '"q"', 'timeout=5', '\xe4\xff', 'a, b', ': ', 'x'.repeat(70), 'chunked', '100-continue']
/** Long enough that heads outgrow the first room that is made for them. */
const LONG = 'x'.repeat(90)
const CONNECTIONS =
  'close|keep-alive|Keep-Alive|CLOSE|upgrade|keep-alive, Upgrade|x, close|close, keep-alive|closed|x,\tclose ,y|x, close\xa0|,close|x close'.split(
    '|',
  )
const CODINGS = 'chunked|chunked|Chunked|chunked\t|gzip|gzip, chunked|chunked, gzip|identity|chunked;a=b|xchunked|,chunked|'.split('|')
const LENGTHS =
  '0|5|5|05|+5|-1|5, 5||5 |5\t|\t5|0x5|5;|99999999999999999999|999999999999999|1000000000000000|4294967301|18446744073709551621'.split('|')
const SIZES = ['1', '5', 'a', 'A', '10', '05', '0005', 'F', '4b', '13F']
const DATA = 'data of a chunk!'.repeat(20)
const EXTENSIONS = ['', '', '', '', ';a', ';a=b', ';a="b c"', ';a="\\""', ';a;b=1', ' ;a', '; a', ';', ';a="b', ';a=', ' ', '\t;a = b']
const TRAILERS = [
  '',
  '',
  '',
  'X: y\r\n',
  'Connection: close\r\n',
  'Content-Length: 5\r\n',
  'Host: b\r\n',
  'A: b\r\nTransfer-Encoding: chunked\r\n',
  'X : y\r\n',
  ' X: y\r\n',
]
const STATUSES = ['200', '200', '200', '200', '204', '304', '100', '103', '404', '500', '599']
const ODD_STATUSES = ['099', '101', '20', '2000']
const REASONS = [' OK', ' OK', ' ', '', ' Not Found at all', ' \xe4']
const ODD_REASONS = ['\tOK', ' \x01']
const PIECES = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '"',
    '\\',
    '\x01',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    '0',
    '5',
    '-',
    '+',
  ],
  ...[
    '0x',
    'a',
    'chunked',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding : chunked\r\n',
    'Content-Length: 5\r\n',
    'Content-Length',
    'Host: b\r\n',
  ],
  ...[
    '0\r\n\r\n',
    '5\r\nhello\r\n',
    'GET / HTTP/1.1\r\n',
    'HTTP/1.1',
    'HTTP/1.1 200 OK\r\n',
    'Connection: close\r\n',
    'Expect: 100-continue\r\n',
    'Upgrade: h2c\r\n',
  ],
]

/** A request, more or less in order, then changed in a few places. */
export function madeRequest(random: SeededRandom): string {
  const before = random.next() < 0.03 ? random.pick(['\r\n', '\r\n\r\n', '\n', '\r']) : ''
  const method = mostly(METHODS, ODD_METHODS, random)
  const space = () => (random.next() < 0.01 ? random.pick(['  ', '\t', '']) : ' ')
  const line = `${method}${space()}${mostly(TARGETS, ODD_TARGETS, random)}${space()}HTTP/${version(random)}`
  const host = random.next() < 0.97 ? 'Host: shop.example\r\n' : ''
  return `${before}${line}\r\n${host}${fieldsAndBody(random)}`
}

/** An answer, more or less in order. */
export function madeResponse(random: SeededRandom): string {
  return `HTTP/${version(random)} ${mostly(STATUSES, ODD_STATUSES, random)}${mostly(REASONS, ODD_REASONS, random)}\r\n${fieldsAndBody(random)}`
}

/** Changes none to three places, mostly such where a line, a field or a size begins or ends; the text may lose its end. */
export function changed(text: string, random: SeededRandom): string {
  let now = text
  for (let i = random.integer(-2, 3); i > 0; i--) now = change(now, random)
  return now
}

/** Ascending offsets within so many bytes, at most eight. */
export function randomCuts(length: number, random: SeededRandom): number[] {
  const cuts = Array.from({ length: random.integer(1, 8) }, () => random.integer(0, length))
  return cuts.sort((a, b) => a - b)
}

function mostly(values: readonly string[], odd: readonly string[], random: SeededRandom): string {
  return random.pick(random.next() < 0.96 ? values : odd)
}

function version(random: SeededRandom): string {
  return random.next() < 0.9 ? '1.1' : random.pick(VERSIONS)
}

function fieldsAndBody(random: SeededRandom): string {
  const lines = Array.from({ length: random.integer(0, 4) }, () => `${random.pick(NAMES)}: ${random.pick(VALUES)}`)
  if (random.next() < 0.01)
    lines.push(...Array.from({ length: random.integer(1, 40) }, (_, i) => `Line-${i}: ${LONG.slice(0, random.integer(0, 90))}`))
  if (random.next() < 0.3) lines.push(`Connection: ${random.pick(CONNECTIONS)}`)
  if (random.next() < 0.02) lines.push(`Proxy-Connection: ${random.pick(['close', 'keep-alive'])}`)
  if (random.next() < 0.05) lines.push(`Upgrade: ${random.pick(['websocket', 'h2c', 'WebSocket'])}`)
  if (random.next() < 0.05) lines.push(`Expect: ${random.pick(['100-continue', '100-Continue', 'x'])}`)
  const framed = random.integer(0, 9)
  let body = ''
  if (framed >= 4 && framed < 7) {
    lines.push(`Content-Length: ${random.next() < 0.7 ? '5' : random.pick(LENGTHS)}`)
    body = 'hello'
  }
  if (framed >= 6 && framed < 10) {
    lines.push(`Transfer-Encoding: ${random.next() < 0.8 ? 'chunked' : random.pick(CODINGS)}`)
    body = chunks(random)
  }
  shuffle(lines, random)
  return `${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
}

function chunks(random: SeededRandom): string {
  let body = ''
  for (let i = random.integer(0, 4); i > 0; i--) {
    const size = random.pick(SIZES)
    const extension = random.next() < 0.2 ? random.pick(EXTENSIONS) : ''
    body += `${size}${extension}\r\n${DATA.slice(0, Number.parseInt(size, 16))}\r\n`
  }
  return `${body}0${random.next() < 0.1 ? random.pick(EXTENSIONS) : ''}\r\n${random.pick(TRAILERS)}\r\n`
}

function shuffle(lines: string[], random: SeededRandom): void {
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    ;[lines[i], lines[j]] = [lines[j]!, lines[i]!]
  }
}

function change(text: string, random: SeededRandom): string {
  const at = place(text, random)
  switch (random.integer(0, 7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + random.integer(1, 3))
    case 1:
      return text.slice(0, at) + String.fromCharCode(random.integer(0, 255)) + text.slice(at + 1)
    case 2: {
      const lines = text.split('\r\n')
      const line = random.integer(0, lines.length - 1)
      lines.splice(random.integer(0, lines.length), 0, lines[line]!)
      return lines.join('\r\n')
    }
    case 3:
      return random.next() < 0.3 ? text.slice(0, at) : text
    case 4:
      return text.slice(0, at) + swapCase(text.charAt(at)) + text.slice(at + 1)
    default:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(at)
  }
}

/** An offset, every other time next to something that parts one thing from another. */
function place(text: string, random: SeededRandom): number {
  const at = random.integer(0, text.length)
  if (random.next() < 0.5) return at
  const found = text.slice(at).search(/[\r\n: ;,=]/)
  return found < 0 ? at : at + found + random.integer(0, 1)
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
}
