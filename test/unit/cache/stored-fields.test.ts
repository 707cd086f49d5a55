import t from 'tap'
import { omittedFields, storedFields } from '../../../edge/cache/stored-fields.ts'
import { parseCacheControl } from '../../../edge/http/cache-control.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRule, RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

t.test('what spoke to one connection or one client is not kept', async (t) => {
  const fields = Fields.of({
    Connection: 'close, X-Hop',
    'X-Hop': '1',
    'Set-Cookie': ['a=1', 'b=2'],
    Age: '7',
    'Content-Length': '5',
    'Server-Timing': 'db;dur=3',
    RateLimit: '"a";r=1',
    'RateLimit-Policy': '"a";q=1;w=1',
    Date: RECEIVED_DATE,
    ETag: '"1"',
    Link: ['<a>', '<b>'],
  })
  t.same(storedFields(fields, RECEIVED_AT_MS, ['set-cookie']).toRaw(), ['Date', RECEIVED_DATE, 'ETag', '"1"', 'Link', '<a>', 'Link', '<b>'])
  t.equal(fields.getAll('set-cookie').length, 2, 'the answer itself is left alone')
})

t.test('an answer without a Date gets the moment it came', async (t) => {
  t.equal(storedFields(Fields.of(), RECEIVED_AT_MS + 999, []).get('date'), RECEIVED_DATE)
})

t.test('values keep their bytes', async (t) => {
  const value = Array.from({ length: 223 }, (_, i) => String.fromCharCode(i + 33)).join('')
  t.equal(storedFields(Fields.of({ 'x-any': value, 'x-empty': '' }), RECEIVED_AT_MS, []).get('x-any'), value)
  t.equal(storedFields(Fields.of({ 'x-any': value, 'x-empty': '' }), RECEIVED_AT_MS, []).get('x-empty'), '')
})

t.test('fields that may not be used unasked are not kept, nor is a cookie unless the rule gives it to everyone', async (t) => {
  const listed = parseCacheControl(['no-cache="x-user, Set-Cookie2"'])
  const rule = (setCookie: 'refuse' | 'drop' | 'keep') => ({ unkeyed: { ...makeRule().unkeyed, setCookie } })
  t.same(omittedFields(listed, rule('refuse')), ['set-cookie', 'x-user', 'set-cookie2'])
  t.same(omittedFields(listed, rule('keep')), ['x-user', 'set-cookie2'])
  t.same(omittedFields(parseCacheControl(['no-cache']), rule('drop')), ['set-cookie'])
})
