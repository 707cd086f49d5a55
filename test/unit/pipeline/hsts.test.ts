import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { hstsFor, tellHsts } from '../../../edge/pipeline/hsts.ts'

const NAME = 'strict-transport-security'

/** The fields of an answer once a client was told. */
function told(scheme: 'http' | 'https', fields: Fields): readonly string[] {
  tellHsts(fields, hstsFor('max-age=60', scheme))
  return fields.getAll(NAME)
}

t.test('a client of https is told, in place of all that the origin says', async (t) => {
  t.same(told('https', Fields.of({ 'X-A': 'b' })), ['max-age=60'])
  t.same(told('https', Fields.of({ [NAME]: ['max-age=0', 'max-age=1; includeSubDomains'] })), ['max-age=60'])
})

t.test('nobody is told in plain text, not by the origin either', async (t) => {
  t.same(told('http', Fields.of()), [])
  t.same(told('http', Fields.of({ [NAME]: 'max-age=1' })), [])
})

t.test('an answer that others share is left as it is', async (t) => {
  const kept = Fields.of({ [NAME]: 'max-age=1', 'X-A': 'b' })
  t.same(told('https', kept.clone()), ['max-age=60'])
  t.same(told('http', kept.clone()), [])
  t.same(kept.toRaw(), [NAME, 'max-age=1', 'X-A', 'b'])
})
