import t from 'tap'
import { splitItems } from '../../../edge/resilience/split-json.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const split = (text: string, wanted: readonly string[], shape: { idField?: string; itemsField?: string } = {}) => {
  const items = splitItems(text, new Set(wanted), { idField: 'id', ...shape })
  return items === null ? null : Object.fromEntries(items)
}

t.test('items of a list are found by their id, as they stand in the text', async (t) => {
  t.same(split('[{"id":1,"n": 12345678901234567890.50},{"id":"b","t":"]},\\"{"} , {"id":3}]', ['1', 'b', '9']), {
    1: '{"id":1,"n": 12345678901234567890.50}',
    b: '{"id":"b","t":"]},\\"{"}',
  })
})

t.test('items may stand under a member, and be named by another', async (t) => {
  const text = '{"n":[1,{"items":2}],"page":{"sku":"x"},"items":[{"sku":"a","id":"b"}],"end":"items"}'
  t.same(split(text, ['a', 'b', 'x'], { idField: 'sku', itemsField: 'items' }), { a: '{"sku":"a","id":"b"}' })
})

t.test('an object by id gives its members; null is none', async (t) => {
  t.same(split(' {"1" : {"a":[]}, "\\u0062": 7 ,"c":null,"d":"x"}', ['1', 'b', 'c']), { 1: '{"a":[]}', b: '7' })
})

t.test('an id that stands twice, or is no text and no whole number, names nothing', async (t) => {
  t.same(split('[{"id":1,"v":1},{"id":"1","v":2},{"id":1.5},{"id":true},{"id":null},[1],2,{}]', ['1', '1.5', 'true', 'null']), {})
  t.same(split('{"1":1,"1":2,"2":3}', ['1', '2']), { 2: '3' })
  t.same(split('[{"__proto__":{"id":"a"}},{"id":9007199254740993}]', ['a', '9007199254740993', '9007199254740992']), {})
})

t.test('what is no JSON, or has no items where they should be, is nothing', async (t) => {
  for (const text of ['', ' ', '[', '[{"id":1}', '[{"id":1}]x', '7', 'null', '"a"', '{"id":1,}', `${'['.repeat(100_000)}`])
    t.equal(split(text, ['1']), null, text.slice(0, 20))
  for (const text of ['[]', '{}', '{"items":7}', '{"items":null}', '7']) t.equal(split(text, ['1'], { itemsField: 'items' }), null, text)
  t.same(split('[]', ['1']), {})
  t.same(split(`[${'['.repeat(50_000)}${']'.repeat(50_000)},{"id":1}]`, ['1']), { 1: '{"id":1}' }, 'however deep')
})

t.test('whatever is written comes out as it was', async (t) => {
  const random = new SeededRandom(7)
  const letters = ['a', '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', 'é', '\u2028', '😀']
  const text = () =>
    Array.from({ length: Math.floor(random.next() * 8) }, () => letters[Math.floor(random.next() * letters.length)]).join('')
  const value = (depth: number): unknown => {
    const kind = Math.floor(random.next() * (depth > 3 ? 4 : 6))
    if (kind < 4) return [text(), random.next() * 1e6, null, random.next() < 0.5][kind]
    const parts = Array.from({ length: Math.floor(random.next() * 4) }, (_, i) => [`${text()}${i}`, value(depth + 1)] as const)
    return kind === 4 ? parts.map(([, part]) => part) : Object.fromEntries(parts)
  }
  for (let round = 0; round < 300; round++) {
    const items = Array.from({ length: 5 }, (_, id) => ({ [text()]: value(0), id: `i${id}` }))
    const indent = round % 3
    const inList = split(JSON.stringify(items, null, indent), ['i0', 'i3'])
    t.same(JSON.parse(inList!['i3']!), JSON.parse(JSON.stringify(items[3])))
    const byId = split(JSON.stringify({ of: Object.fromEntries(items.map((item) => [item.id, item])) }, null, indent), ['i4'], {
      itemsField: 'of',
    })
    t.same(JSON.parse(byId!['i4']!), JSON.parse(JSON.stringify(items[4])))
  }
})
