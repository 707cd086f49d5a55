import t from 'tap'
import { columnsOf, readTemplate } from '../../../edge/contract/change-template.ts'

t.test('a template is text and columns in turn', (t) => {
  t.same(readTemplate('item-{id}'), { ok: true, parts: [{ text: 'item-' }, { column: 'id' }] })
  t.same(readTemplate('{a}{b}.'), { ok: true, parts: [{ column: 'a' }, { column: 'b' }, { text: '.' }] })
  t.same(readTemplate('items'), { ok: true, parts: [{ text: 'items' }] })
  t.end()
})

t.test('what is no template is refused with its place', (t) => {
  const told = (template: string) => {
    const reading = readTemplate(template)
    return reading.ok ? 'taken' : reading.message
  }
  t.match(told('item-{id'), /a \{ without its \} at character 6/)
  t.match(told('item-id}'), /a \} without its \{ at character 8/)
  t.match(told('a{b}c}d'), /at character 6/)
  for (const bad of ['{}', '{ id }', '{a{b}}', '{1st}', '{a.b}', '{a-b}']) t.not(told(bad), 'taken', bad)
  t.end()
})

t.test('columns are named once', (t) => {
  const reading = readTemplate('{b}-{a}-{b}')
  t.same(reading.ok && columnsOf(reading.parts), ['b', 'a'])
  t.end()
})
