import t from 'tap'
import { storedFields } from '../../../edge/cache/stored-fields.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

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
  t.same(storedFields(fields, RECEIVED_AT_MS).toRaw(), ['Date', RECEIVED_DATE, 'ETag', '"1"', 'Link', '<a>', 'Link', '<b>'])
  t.equal(fields.getAll('set-cookie').length, 2, 'the answer itself is left alone')
})

t.test('an answer without a Date gets the moment it came', async (t) => {
  t.equal(storedFields(Fields.of(), RECEIVED_AT_MS + 999).get('date'), RECEIVED_DATE)
})

t.test('values keep their bytes', async (t) => {
  const value = Array.from({ length: 223 }, (_, i) => String.fromCharCode(i + 33)).join('')
  t.equal(storedFields(Fields.of({ 'x-any': value, 'x-empty': '' }), RECEIVED_AT_MS).get('x-any'), value)
  t.equal(storedFields(Fields.of({ 'x-any': value, 'x-empty': '' }), RECEIVED_AT_MS).get('x-empty'), '')
})
