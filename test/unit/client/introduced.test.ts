import t from 'tap'
import { introducedBy, introduction, MAX_PAID } from '../../../edge/client/introduced.ts'
import { Fields } from '../../../edge/http/fields.ts'

const CERTIFICATE = 'ab'.repeat(32)
const read = (text: string) => introducedBy(Fields.of({ 'weir-client': text }))

t.test('what is told is read as it was meant', async (t) => {
  for (const told of [
    { class: 'person', certificate: null, paid: [] },
    { class: 'crawler', certificate: CERTIFICATE, paid: ['each', 'per-ip'] },
  ] as const) {
    t.same(read(introduction(told)), told)
  }
  t.equal(introduction({ class: 'person', certificate: null, paid: ['each'] }), 'class=person, paid=("each")')
})

t.test('what cannot be read says nothing', async (t) => {
  t.equal(introducedBy(Fields.of({})), null)
  for (const text of ['', 'class', 'class=boss', 'paid=("each")', 'class=person, ???', `class=person, x="${'y'.repeat(2_048)}"`])
    t.equal(read(text), null, text)
  t.match(read('class=person, certificate="x", paid=3'), { certificate: null, paid: [] })
})

t.test('the list of limits is bounded on both sides', async (t) => {
  const paid = Array.from({ length: MAX_PAID + 1 }, (_, i) => `l${i}`)
  t.equal(read(introduction({ class: 'person', certificate: null, paid }))?.paid.length, MAX_PAID)
  t.equal(read(`class=person, paid=(${paid.map((id) => `"${id}"`).join(' ')})`)?.paid.length, MAX_PAID)
})
