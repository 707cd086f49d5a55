import t from 'tap'
import { chunkHead, LAST_CHUNK, requestHeadText, responseHeadText } from '../../../edge/wire/head-writer.ts'
import { readRequests, readResponses } from '../../support/wire-reading.ts'

const SPLIT = '\r\nTransfer-Encoding: chunked'

t.test('a head is its first line, its fields in order and an empty line', async (t) => {
  t.equal(requestHeadText('GET', '/a?b', ['Host', 'a', 'b', '']), 'GET /a?b HTTP/1.1\r\nHost: a\r\nb: \r\n\r\n')
  t.equal(requestHeadText('M-SEARCH', '*', []), 'M-SEARCH * HTTP/1.1\r\n\r\n')
  t.equal(responseHeadText(200, 'OK', ['A', 'b', 'A', 'c: d']), 'HTTP/1.1 200 OK\r\nA: b\r\nA: c: d\r\n\r\n')
  t.equal(responseHeadText(599, '', []), 'HTTP/1.1 599 \r\n\r\n')
  t.equal(responseHeadText(100, 'a\t \x80\xff~', ['A', 'a\t \x80\xff~']), 'HTTP/1.1 100 a\t \x80\xff~\r\nA: a\t \x80\xff~\r\n\r\n')
})

t.test('what is written is read as it was', async (t) => {
  const raw = ['Host', 'a', "!#$%&'*+-.^_`|~0zA", '\x80 \t"\xff', 'Content-Length', '0', 'A', '']
  const request = readRequests(Buffer.from(requestHeadText('POST', '/%41?\x7e', raw)!, 'latin1')).messages[0]?.head
  t.same([request?.method, request?.target, request?.raw], ['POST', '/%41?~', raw])
  const response = readResponses(Buffer.from(responseHeadText(404, 'Not Found', raw)!, 'latin1'), 'GET').messages[0]?.head
  t.same([response?.status, response?.raw], [404, raw])
})

t.test('a method, a target, a status or a reason that would be read otherwise is not written', async (t) => {
  for (const method of ['', 'GET /', 'G\r\n', 'G:T', 'G\xe4', 'G\0', `GET / HTTP/1.1${SPLIT}\r\nA: `])
    t.equal(requestHeadText(method, '/', []), null, JSON.stringify(method))
  for (const target of ['', ' ', '/ ', '/\t', '/\0', '/\x7f', '/\xe4', '/\u{1f600}', '/\n', `/ HTTP/1.1${SPLIT}`, '/\r\n\r\nGET'])
    t.equal(requestHeadText('GET', target, []), null, JSON.stringify(target))
  for (const status of [0, 99, 600, 1000, -200, 200.5, Number.NaN]) t.equal(responseHeadText(status, 'OK', []), null, `${status}`)
  for (const reason of ['\0', '\x7f', '\r', '\n', '\r\n', `OK${SPLIT}`, 'OK\r\n\r\n', '\u0100', 'OK\r\n A'])
    t.equal(responseHeadText(200, reason, []), null, JSON.stringify(reason))
})

t.test('a name or a value that would be read otherwise is not written', async (t) => {
  const isWritten = (name: string, value: string) => {
    const written = [requestHeadText('GET', '/', ['A', 'b', name, value]), responseHeadText(200, 'OK', [name, value, 'A', 'b'])]
    t.equal(written[0] === null, written[1] === null, 'in both kinds of heads')
    return written[0] !== null
  }
  for (const name of ['', ' A', 'A ', 'A:', 'A: b', ':', 'A\t', 'A\r\n', 'A\0', '\xe4', '\u0141', `A: b${SPLIT}`])
    t.notOk(isWritten(name, 'x'), JSON.stringify(name))
  for (const value of [
    '\0',
    'a\rb',
    'a\nb',
    'a\r\nb',
    '\x7f',
    '\x0b',
    '\u0100',
    '\u010d\u010a',
    SPLIT,
    `x${SPLIT}`,
    'x\r\n',
    'x\r\n\r\n',
    '\r\n b',
  ])
    t.notOk(isWritten('A', value), JSON.stringify(value))
  t.ok(isWritten('A', 'b'))
})

t.test('each octet stands in a value or not, as the grammar says', async (t) => {
  for (let octet = 0; octet < 256; octet++) {
    const isValue = octet === 9 || (octet >= 32 && octet !== 127)
    t.equal(responseHeadText(200, 'OK', ['A', `b${String.fromCharCode(octet)}c`]) !== null, isValue, `${octet}`)
  }
})

t.test('a chunk has its size before it, in hexadecimal digits', async (t) => {
  t.equal(chunkHead(1), '1\r\n')
  t.equal(chunkHead(255), 'ff\r\n')
  t.equal(chunkHead(65_536), '10000\r\n')
  const body = `${chunkHead(10)}0123456789\r\n${chunkHead(3)}abc\r\n${LAST_CHUNK}`
  const head = requestHeadText('POST', '/', ['Host', 'a', 'Transfer-Encoding', 'chunked'])
  const { messages, rule } = readRequests(Buffer.from(head + body))
  t.same([messages[0]?.body, messages[0]?.endsAt, rule], ['0123456789abc', `${head}${body}`.length, null])
})
