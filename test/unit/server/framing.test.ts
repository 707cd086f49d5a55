import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { framingFault } from '../../../edge/server/framing.ts'

const fault = (fields: Readonly<Record<string, string | readonly string[]>>, httpVersion = '1.1') =>
  framingFault({ httpVersion, fields: Fields.of(fields) })

t.test('no body, a length, or a single chunked are taken', async (t) => {
  t.equal(fault({}), null)
  t.equal(fault({}, '1.0'), null)
  t.equal(fault({ 'Content-Length': '5' }, '1.0'), null)
  t.equal(fault({ 'Transfer-Encoding': 'chunked' }), null)
  t.equal(fault({ 'transfer-encoding': 'Chunked' }), null)
})

t.test('any other transfer coding, or chunked twice, is refused', async (t) => {
  for (const coding of ['gzip, chunked', 'gzip , deflate,chunked'])
    t.equal(fault({ 'Transfer-Encoding': coding }), 'CODING_UNSUPPORTED', coding)
  for (const coding of ['chunked, chunked', 'chunked, gzip', 'identity', 'chunked;q=1', 'xchunked', '', ['chunked', 'chunked']])
    t.equal(fault({ 'Transfer-Encoding': coding }), 'BAD_MESSAGE', String(coding))
})

t.test('a transfer coding beside a length, or from HTTP/1.0, is refused', async (t) => {
  t.equal(fault({ 'Transfer-Encoding': 'chunked', 'Content-Length': '5' }), 'BAD_MESSAGE')
  t.equal(fault({ 'Transfer-Encoding': 'chunked' }, '1.0'), 'BAD_MESSAGE')
})

t.test('versions other than 1.0 and 1.1 are refused', async (t) => {
  t.equal(fault({}, '0.9'), 'BAD_MESSAGE')
  for (const version of ['2.0', '1.2', '']) t.equal(fault({}, version), 'VERSION_UNSUPPORTED', version)
})
