import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { bitOf, isWritable, markOf, NO_LINES, sharedLines, tailOfShared, textOf, textOfShared } from '../../../edge/http/shared-lines.ts'

/** Names that answers are asked for, and names that answers and requests often have. */
const ASKED = [
  'via',
  'connection',
  'content-length',
  'transfer-encoding',
  'date',
  'range',
  'cookie',
  'cache-control',
  'x-request-id',
  'ratelimit',
]
const USUAL = [
  'server',
  'etag',
  'content-type',
  'age',
  'vary',
  'host',
  'accept',
  'user-agent',
  'referer',
  'sec-fetch-dest',
  'accept-language',
]

t.test('the bits of lines are those of their names, in any case', async (t) => {
  const { bits, marks } = sharedLines(['ETag', '"a"', 'X-y', 'z'])
  t.equal(bits, bitOf('etag') | bitOf('x-y'))
  t.equal(marks, markOf('etag') | markOf('x-y'))
  t.same([bitOf('ETag'), markOf('ETag')], [bitOf('etag'), markOf('etag')])
  t.match(sharedLines(['A', 'b'], { bits: 5, marks: 6 }), { bits: 5, marks: 6 })
})

t.test('of common names no two share both bits', async (t) => {
  for (const asked of ASKED)
    t.same(
      USUAL.filter((name) => bitOf(name) === bitOf(asked) && markOf(name) === markOf(asked)),
      [],
      asked,
    )
})

t.test('text is made once, and is one piece from the second time on', async (t) => {
  const lines = sharedLines(['A', 'b', 'C', 'd'])
  t.equal(textOfShared(lines), 'A: b\r\nC: d\r\n')
  t.notOk(lines.whole)
  const text = textOfShared(lines)
  t.ok(lines.whole)
  t.equal(textOfShared(lines), text)
  t.equal(textOfShared(NO_LINES), '')
})

t.test('what cannot be written has no text', async (t) => {
  const lines = sharedLines(['A', 'b\r\nC: d'])
  t.equal(textOfShared(lines), null)
  t.equal(textOfShared(lines), null)
  t.notOk(isWritable(['a', 'b\n']))
  t.ok(isWritable(['a', 'b\t\xff']))
  t.equal(textOf(['A', 'b']), 'A: b\r\n')
})

t.test('lines that are sent with the same body again and again become one piece with it', async (t) => {
  const lines = sharedLines(['A', 'b'])
  const body = bytesBody(Buffer.from('page\xff', 'latin1'))
  const sent = 'A: b\r\nContent-Length: 5\r\n\r\npage\xff'
  for (const time of ['first', 'second']) {
    t.equal(tailOfShared(lines, body), sent, time)
    t.equal(lines.tail, null)
  }
  t.equal(tailOfShared(lines, body), sent)
  t.equal(lines.tail, sent, 'from the third time on')
  t.equal(tailOfShared(lines, body), sent)
  t.equal(body.text, 'page\xff', 'the body has its text all the same')

  t.equal(tailOfShared(lines, bytesBody(new Uint8Array(0))), 'A: b\r\nContent-Length: 0\r\n\r\n', 'another body')
  t.equal(lines.tail, sent)
})

t.test('no lines hold on to no body, and what cannot be written has no end', async (t) => {
  const body = bytesBody(Buffer.from('page'))
  for (let time = 0; time < 4; time++) t.equal(tailOfShared(NO_LINES, body), 'Content-Length: 4\r\n\r\npage')
  t.same([NO_LINES.tail, NO_LINES.tailOf], [null, null])
  t.equal(tailOfShared(sharedLines(['A', 'b\r\nC: d']), body), null)
})
