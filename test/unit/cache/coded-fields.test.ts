import t from 'tap'
import { codedFields, mayBeCoded, variedFields } from '../../../edge/cache/coded-fields.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('only text without a coding may be compressed, and not where its origin forbids it', (t) => {
  t.equal(mayBeCoded(Fields.of({ 'Content-Type': 'text/html; charset=utf-8' })), true)
  t.equal(mayBeCoded(Fields.of({ 'Content-Type': 'application/problem+json' })), true)
  t.equal(mayBeCoded(Fields.of({ 'Content-Type': 'image/png' })), false)
  t.equal(mayBeCoded(Fields.of({})), false)
  t.equal(mayBeCoded(Fields.of({ 'Content-Type': 'text/html', 'Content-Encoding': 'gzip' })), false)
  t.equal(mayBeCoded(Fields.of({ 'Content-Type': 'text/html', 'Cache-Control': 'max-age=5, No-Transform' })), false)
  t.end()
})

t.test('what spoke of the plain bytes is gone, and the tag is weak', (t) => {
  const plain = Fields.of({
    ETag: '"v1"',
    'Content-Length': '9',
    'Accept-Ranges': 'bytes',
    'Content-MD5': 'x',
    'Content-Type': 'text/html',
  })
  const coded = codedFields(plain, 'br')
  t.equal(coded.get('etag'), 'W/"v1"')
  t.equal(coded.get('content-encoding'), 'br')
  t.equal(coded.get('vary'), 'Accept-Encoding')
  for (const name of ['content-length', 'accept-ranges', 'content-md5']) t.equal(coded.get(name), undefined)
  t.equal(plain.get('etag'), '"v1"', 'the plain ones are left alone')
  t.equal(codedFields(Fields.of({ ETag: 'W/"v1"' }), 'br').get('etag'), 'W/"v1"')
  t.end()
})

t.test('caches on the way are told that there are others, once', (t) => {
  const cases = [
    [undefined, 'Accept-Encoding'],
    ['Accept-Language', 'Accept-Language, Accept-Encoding'],
    ['accept-encoding', 'accept-encoding'],
    ['Origin, ACCEPT-ENCODING', 'Origin, ACCEPT-ENCODING'],
    ['*', '*'],
    ['X-Accept-Encoding', 'X-Accept-Encoding, Accept-Encoding'],
  ] as const
  for (const [before, after] of cases) {
    t.equal(variedFields(before === undefined ? Fields.of({}) : Fields.of({ Vary: before })).get('vary'), after, String(before))
  }
  t.end()
})
