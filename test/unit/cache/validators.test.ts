import t from 'tap'
import { conditionValidatorsOf, hasValidator, validatorsOf } from '../../../edge/cache/validators.ts'
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
  t.same(validatorsOf(Fields.of({ etag: '', 'last-modified': 'yesterday' })), { etag: null, lastModifiedAtMs: null })
  t.same(validatorsOf(Fields.of({ etag: 'unquoted' })).etag, { weak: true, opaque: 'unquoted' }, 'a tag written wrongly is a weak one')
  t.notOk(hasValidator(Fields.of()))
})

t.test('a client’s date is compared with the Date of an answer that has no Last-Modified', async (t) => {
  const date = 'Thu, 01 Jan 1970 00:00:09 GMT'
  t.equal(conditionValidatorsOf(Fields.of({ date })).lastModifiedAtMs, 9_000)
  t.equal(conditionValidatorsOf(Fields.of({ date, 'last-modified': 'Thu, 01 Jan 1970 00:00:05 GMT' })).lastModifiedAtMs, 5_000)
  t.equal(conditionValidatorsOf(Fields.of({ date, 'last-modified': 'yesterday' })).lastModifiedAtMs, null)
})
