import t from 'tap'
import { countLoosely } from '../../support/loose-reader.ts'

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n'
const counts = (text: string) => {
  const bytes = Buffer.from(text, 'latin1')
  return [countLoosely(bytes, 'by-length'), countLoosely(bytes, 'by-chunks')]
}
const post = (fields: string, body: string) => `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`

t.test('well-framed requests are as many as there are', async (t) => {
  t.same(counts(''), [0, 0])
  t.same(counts(HIDDEN), [1, 1])
  t.same(counts(HIDDEN + HIDDEN), [2, 2])
  t.same(counts(post(`Content-Length: ${HIDDEN.length}`, HIDDEN)), [1, 1])
  t.same(counts(post('Transfer-Encoding: chunked', `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`)), [1, 1])
  t.same(counts(HIDDEN.slice(0, 9)), [1, 1], 'the beginning of one counts')
})

t.test('a request in two framings is two to one of them', async (t) => {
  for (const coding of [
    'Transfer-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'Transfer-Encoding : xchunked',
    'Transfer-Encoding\0: chunked',
  ])
    t.same(counts(post(`Content-Length: ${HIDDEN.length + 5}\r\n${coding}`, `0\r\n\r\n${HIDDEN}`)), [1, 2], coding)
  for (const length of ['Content-Length: 0', 'Content_Length: 0', 'Content-Length : +0'])
    t.same(counts(post(`${length}\r\nTransfer-Encoding: chunked`, `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`))[1], 1, length)
  t.ok((counts(post('Content-Length: 4\r\nTransfer-Encoding: chunked', `1f\r\n${HIDDEN}\r\n0\r\n\r\n`))[0] as number) > 1)
})

t.test('any line end ends a line', async (t) => {
  t.same(counts(post(`X: y\nContent-Length: 0\r\nY: z`, HIDDEN)), [2, 2])
  t.same(counts(post(`X: y\rContent-Length: ${HIDDEN.length}`, HIDDEN)), [1, 1])
  t.same(counts(`GET / HTTP/1.1\nHost: a\n\n${HIDDEN}`), [2, 2])
})
