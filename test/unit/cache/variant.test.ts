import t from 'tap'
import { fieldAlike, fitsRequest, MAX_VARY_NAMES, variantOf, varyNamesOf } from '../../../edge/cache/variant.ts'
import { Fields } from '../../../edge/http/fields.ts'

t.test('names of Vary are the same however they are written', async (t) => {
  t.same(varyNamesOf(Fields.of()), [])
  t.same(varyNamesOf(Fields.of({ vary: ['Accept-Language , accept', 'ACCEPT,,'] })), ['accept', 'accept-language'])
})

t.test('a Vary of everything, or of too many fields, fits no other request', async (t) => {
  t.equal(varyNamesOf(Fields.of({ vary: '*' })), null)
  t.equal(varyNamesOf(Fields.of({ vary: ['Accept', 'x, * '] })), null)
  const names = Array.from({ length: MAX_VARY_NAMES + 1 }, (_, i) => `x-${i}`)
  t.equal(varyNamesOf(Fields.of({ vary: names.join() })), null)
  t.equal(varyNamesOf(Fields.of({ vary: names.slice(1).join() }))?.length, MAX_VARY_NAMES)
})

const by = (name: string, ...values: string[]) => variantOf([name], Fields.of(values.length === 0 ? {} : { [name]: values }))

t.test('without Vary there is one variant', async (t) => {
  t.equal(variantOf([], Fields.of({ accept: 'x' })), '')
})

t.test('an absent field, an empty one and each value are variants of their own', async (t) => {
  t.equal(new Set([by('x-a'), by('x-a', ''), by('x-a', 'b'), by('x-a', 'B'), by('x-a', 'b', 'c'), by('x-a', 'c', 'b')]).size, 6)
})

t.test('blanks and the splitting into lines make no other variant', async (t) => {
  t.equal(by('x-a', 'b ,\tc'), by('x-a', 'b', 'c'))
  t.equal(by('x-a', ' b,c '), by('x-a', 'b', 'c'))
  t.not(by('x-a', '"b , c"'), by('x-a', '"b,c"'), 'but in quotes a blank is part of the value')
})

t.test('codings are told apart by what the client takes', async (t) => {
  t.equal(by('accept-encoding', 'gzip, br;q=0.9'), by('accept-encoding', 'BR; q=0.9', 'gzip', 'deflate'))
  t.not(by('accept-encoding', 'gzip, br;q=0'), by('accept-encoding', 'gzip, br'))
  t.not(by('accept-encoding', ''), by('accept-encoding'))
})

t.test('languages are told apart by tag, order and weight, not by spelling', async (t) => {
  t.equal(by('accept-language', 'en-us , de;q=0.50'), by('accept-language', 'en-US,de;q=0.5'))
  t.not(by('accept-language', 'en,de'), by('accept-language', 'de,en'))
  t.equal(by('accept-language', '<x> ,y'), by('accept-language', '<x>,y'), 'what is no list is a text as any other')
})

t.test('what a field comes to comes to itself', async (t) => {
  const values = { 'accept-encoding': 'zstd, gzip', 'accept-language': 'de;q=0.1, EN', 'x-a': ' a , b' }
  for (const [name, value] of Object.entries(values)) t.equal(fieldAlike(name, [fieldAlike(name, [value])]), fieldAlike(name, [value]))
})

t.test('a coded answer varies by coding though its origin forgot to say so', async (t) => {
  t.same(varyNamesOf(Fields.of({ 'Content-Encoding': 'gzip', Vary: 'X-A' })), ['accept-encoding', 'x-a'])
  t.same(varyNamesOf(Fields.of({ 'Content-Encoding': 'identity' })), [])
})

t.test('a Vary of what is no field name fits no other request', async (t) => {
  for (const vary of ['a b', 'a\0b', 'x'.repeat(129)]) t.equal(varyNamesOf(Fields.of({ vary })), null, vary)
  t.same(varyNamesOf(Fields.of({ vary: 'x'.repeat(128) })), ['x'.repeat(128)])
})

t.test('a value cannot pass for two fields', async (t) => {
  const names = ['a', 'b']
  t.not(variantOf(names, Fields.of({ a: 'x,b:y' })), variantOf(names, Fields.of({ a: 'x', b: 'y' })))
})

t.test('an entry fits the requests of its variant', async (t) => {
  const entry = { varyNames: ['accept'], variant: by('accept', 'text/html') }
  t.ok(fitsRequest(entry, Fields.of({ Accept: 'text/html' })))
  t.notOk(fitsRequest(entry, Fields.of({ Accept: 'text/plain' })))
  t.notOk(fitsRequest(entry, Fields.of()))
  t.ok(fitsRequest({ varyNames: [], variant: '' }, Fields.of({ accept: 'any' })))
})
