import t from 'tap'
import { hasValidator, validatorsOf } from '../../../edge/cache/validators.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('an ETag and a Last-Modified that can be read are validators', async (t) => {
  t.same(validatorsOf(Fields.of({ etag: 'W/"1"', 'last-modified': 'Thu, 01 Jan 1970 00:00:05 GMT' })), {
    etag: { weak: true, opaque: '1' },
    lastModifiedAtMs: 5_000,
  })
  t.ok(hasValidator(Fields.of({ etag: '"1"' })))
  t.ok(hasValidator(Fields.of({ 'last-modified': 'Thu, 01 Jan 1970 00:00:05 GMT' })))
})

t.test('what cannot be read is no validator', async (t) => {
  t.same(validatorsOf(Fields.of({ etag: 'unquoted', 'last-modified': 'yesterday' })), { etag: null, lastModifiedAtMs: null })
  t.notOk(hasValidator(Fields.of({ etag: 'unquoted' })))
  t.notOk(hasValidator(Fields.of()))
})
