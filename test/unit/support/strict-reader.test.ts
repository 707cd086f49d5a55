import t from 'tap'
import { fieldOf, readAnswer, readRequest, type WholeMessage } from '../../support/strict-reader.ts'

const request = (text: string) => readRequest(Buffer.from(text, 'latin1'), 0)
const answer = (text: string, connection: 'open' | 'ended' | 'broken' = 'open', method = 'GET') =>
  readAnswer(Buffer.from(text, 'latin1'), 0, { method, connection })

t.test('requests are read with their bodies, to their last byte', async (t) => {
  const length = request('POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nabcGET')
  t.match(length, { kind: 'whole', startLine: 'POST /a HTTP/1.1', framing: 'length', end: 51 })
  t.equal((length as WholeMessage).body.toString(), 'abc')
  t.equal(fieldOf(length as WholeMessage, 'host'), 'b')
  const chunks = request('POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n')
  t.match(chunks, { kind: 'whole', framing: 'chunked' })
  t.equal((chunks as WholeMessage).body.toString(), 'abc')
  t.match(request('GET /a HTTP/1.1\r\nHost: b\r\n\r\n'), { kind: 'whole', framing: 'none', end: 28 })
})

t.test('what is not whole yet is partial', async (t) => {
  const whole = 'POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n'
  for (let at = 0; at < whole.length; at += 1) t.equal(request(whole.slice(0, at)).kind, 'partial', `${at} bytes`)
  t.equal(request(whole).kind, 'whole')
})

t.test('what could be read in two ways is a fault', async (t) => {
  const post = (fields: string, body = '') => `POST /a HTTP/1.1\r\nHost: b\r\n${fields}\r\n\r\n${body}`
  const faults = [
    'GET /a HTTP/1.0\r\nHost: b\r\n\r\n',
    'GET /a b HTTP/1.1\r\nHost: b\r\n\r\n',
    'GET /a HTTP/1.1\r\nX: y\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: b\r\nHost: b\r\n\r\n',
    post('Content-Length: 3\r\nTransfer-Encoding: chunked'),
    post('Content-Length: 3\r\nContent-Length: 3'),
    post('Content-Length: 03'),
    post('Content-Length: +3'),
    post('Transfer-Encoding: chunked, chunked'),
    post('Transfer-Encoding : chunked'),
    post('X: a\nb'),
    post('X: a\rb'),
    post('X: a '),
    post('X: \0'),
    post(' X: y'),
    post('Transfer-Encoding: chunked', '05\r\nhello\r\n0\r\n\r\n'),
    post('Transfer-Encoding: chunked', '5;a\r\nhello\r\n0\r\n\r\n'),
    post('Transfer-Encoding: chunked', '5\r\nhelloX\r\n0\r\n\r\n'),
    post('Transfer-Encoding: chunked', '0\r\nX: y\r\n\r\n'),
    '0\r\n\r\n',
    'abc',
  ]
  for (const text of faults) t.equal(request(text).kind, 'fault', text)
})

t.test('an answer without a length ends with its connection, and only with an ordered end', async (t) => {
  const text = 'HTTP/1.1 200 OK\r\n\r\nabc'
  t.equal(answer(text).kind, 'partial')
  t.equal(answer(text, 'broken').kind, 'partial')
  t.match(answer(text, 'ended'), { kind: 'whole', framing: 'until-close' })
})

t.test('answers that have no body have none, whatever their fields say', async (t) => {
  for (const status of ['103 Early Hints', '204 No Content', '304 Not Modified'])
    t.match(answer(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n`), { kind: 'whole', framing: 'none' }, status)
  t.match(answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'open', 'HEAD'), { kind: 'whole', framing: 'none' })
  t.equal(answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', 'ended').kind, 'partial')
})
