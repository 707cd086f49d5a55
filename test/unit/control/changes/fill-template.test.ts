import t from 'tap'
import { type FilledBy, fillTemplate, percentEncoded, type Row } from '../../../../control/changes/fill-template.ts'
import { readTemplate } from '../../../../edge/contract/change-template.ts'

function filled(by: FilledBy, template: string, row: Row): string {
  const reading = readTemplate(template)
  if (!reading.ok) throw new Error(reading.message)
  const result = fillTemplate(by, reading.parts, row)
  return result.kind === 'text' ? result.text : result.kind === 'skip' ? '(skip)' : `${result.column}: ${result.message}`
}
const tag = (template: string, row: Row) => filled('tag', template, row)
const url = (row: Row) => filled('url', 'https://shop.example/item/{id}', row)

t.test('values are put in as they are in labels, percent-encoded in URLs', (t) => {
  t.equal(tag('item-{id}-{lang}', { id: 7, lang: 'de' }), 'item-7-de')
  t.equal(tag('{flag}', { flag: true }), '1')
  t.equal(tag('{name}', { name: 'Käse 50%' }), 'Käse 50%')
  t.equal(url({ id: 'Käse 50%' }), 'https://shop.example/item/K%C3%A4se%2050%25')
  t.equal(percentEncoded("az-._~!'()*"), 'az-._~%21%27%28%29%2A')
  t.end()
})

t.test('a value cannot become another path, query, host or label', (t) => {
  t.equal(url({ id: '../../admin?x=1#y' }), 'https://shop.example/item/..%2F..%2Fadmin%3Fx%3D1%23y')
  t.equal(url({ id: '@evil.example/' }), 'https://shop.example/item/%40evil.example%2F')
  t.equal(url({ id: '{slug}' }), 'https://shop.example/item/%7Bslug%7D', 'values are not templates')
  t.equal(tag('item-{id}', { id: '{slug}', slug: 'x' }), 'item-{slug}')
  t.equal(tag('item-{id}', { id: "$& $' $1" }), "item-$& $' $1")
  t.match(url({ id: '..' }), /id: makes a path segment of dots only/)
  t.match(filled('url', 'https://a.b/{id}/x', { id: '.' }), /dots only/)
  t.match(filled('prefix', 'https://a.b/{id}', { id: '..' }), /dots only/)
  t.equal(url({ id: '...' }), 'https://shop.example/item/...')
  t.match(tag('item-{id}', { id: '1\r\nx' }), /control characters/)
  t.match(url({ id: 'a\0b' }), /NUL/)
  t.match(url({ id: '\ud800' }), /no valid Unicode/)
  t.end()
})

t.test('null is nothing to purge; a column that is not there is told', (t) => {
  t.equal(tag('item-{id}', { id: null }), '(skip)')
  t.match(tag('item-{id}', { di: 1 }), /id: the row has no column "id"; did you mean "di"/)
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) t.match(tag(`{${name}}`, {}), /has no column/)
  t.match(tag('{__proto__}', {}), /has no column/)
  t.equal(tag('{__proto__}', JSON.parse('{"__proto__":"x"}') as Row), 'x')
  t.end()
})

t.test('what is no plain value is refused', (t) => {
  t.match(tag('{id}', { id: {} }), /must be a text, a number or null/)
  t.match(tag('{id}', { id: [1] }), /must be/)
  t.match(tag('{id}', { id: 2 ** 53 }), /send it as text/)
  t.match(tag('{id}', { id: Number.POSITIVE_INFINITY }), /send it as text/)
  t.equal(tag('{id}', { id: '9007199254740993' }), '9007199254740993')
  t.end()
})

t.test('texts are bounded', (t) => {
  t.equal(tag('{id}', { id: 'x'.repeat(1_024) }).length, 1_024)
  t.match(tag('{id}', { id: 'x'.repeat(1_025) }), /a tag of more than 1024/)
  t.match(url({ id: 'ä'.repeat(3_000) }), /a url of more than 8192/)
  t.match(tag('{id}', { id: 'x'.repeat(1_000_000) }), /more than/)
  t.end()
})
