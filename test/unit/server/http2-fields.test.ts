import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { answerLines, interimFields } from '../../../edge/server/http2-fields.ts'
import { answerOf } from '../../support/scripted-host.ts'

const body = bytesBody(Buffer.from('four'))
const streaming = { lengthBytes: null, open: body.open }

t.test('status first, names in lower case, lines in order and none joined', async (t) => {
  const fields = { 'Content-Type': 'text/html', 'Set-Cookie': ['a=1', 'b=2'], 'X-Empty': '' }
  t.same(answerLines(answerOf(body, fields), 'with-body'), [
    ...[':status', '200', 'content-type', 'text/html', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-empty', ''],
    ...['content-length', '4'],
  ])
})

t.test('what speaks of an HTTP/1 connection stays behind', async (t) => {
  const fields = {
    Connection: 'close',
    'Keep-Alive': 'timeout=5',
    'Proxy-Connection': 'close',
    'Transfer-Encoding': 'chunked',
    Upgrade: 'h2c',
    TE: 'gzip',
    Trailer: 'x',
    'HTTP2-Settings': 'AAAA',
    'X-A': 'b',
  }
  t.same(answerLines(answerOf(null, fields), 'with-body'), [':status', '200', 'x-a', 'b', 'content-length', '0'])
})

t.test('the length is that of the body; where there is none it speaks of the GET', async (t) => {
  const told = { 'content-length': '99' }
  t.same(answerLines(answerOf(body, told), 'with-body')?.slice(2), ['content-length', '4'])
  t.same(answerLines(answerOf(streaming, told), 'with-body')?.slice(2), [], 'unknown until the end')
  t.same(answerLines(answerOf(null, told), 'bodiless')?.slice(2), ['content-length', '99'])
  t.same(answerLines(answerOf(null, told, 304), 'bodiless')?.slice(2), ['content-length', '99'])
  t.same(answerLines(answerOf(null, told, 204), 'bodiless')?.slice(2), [])
  t.same(answerLines(answerOf(null, told, 205), 'bodiless')?.slice(2), [])
})

t.test('what cannot be written is not', async (t) => {
  for (const value of ['a\r\nb', 'a\0b', 'a\nb', '\x7f']) t.equal(answerLines(answerOf(null, { 'x-a': value }), 'with-body'), null, value)
  for (const name of ['x a', 'x:', ':status', '', 'x\0'])
    t.equal(answerLines({ ...answerOf(null), fields: Fields.fromRaw([name, 'v']) }, 'with-body'), null, name)
  for (const status of [100, 199, 600, 999]) t.equal(answerLines(answerOf(null, {}, status), 'with-body'), null, String(status))
})

t.test('an interim answer keeps its lines', async (t) => {
  const links = Fields.of({ Link: ['</a>; rel=preload', '</b>; rel=preload'], Connection: 'close' })
  t.same({ ...interimFields(103, links) }, { ':status': 103, link: ['</a>; rel=preload', '</b>; rel=preload'] })
  t.same({ ...interimFields(103, Fields.of()) }, { ':status': 103 })
  t.equal(interimFields(101, links), null)
  t.equal(interimFields(200, links), null)
  t.equal(interimFields(103, Fields.of({ link: 'a\r\nb' })), null)
})
