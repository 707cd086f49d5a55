import t from 'tap'
import { KeySourceText, parseKeySource } from '../../../edge/contract/key-source.ts'
import { refusedAt } from './accepts.ts'

t.test('a key source is a part of the request, or a named part', (t) => {
  for (const kind of ['path', 'target', 'host', 'address', 'route'] as const) t.same(parseKeySource(kind), { kind })
  t.same(parseKeySource('cookie:Sid'), { kind: 'cookie', name: 'Sid' })
  t.same(parseKeySource('query:id'), { kind: 'query', name: 'id' })
  t.end()
})

t.test('names of fields lose their letter case, those of cookies keep it', (t) => {
  t.same(parseKeySource('header:X-Api-Key'), { kind: 'header', name: 'x-api-key' })
  t.same(parseKeySource('cookie:X-Api-Key'), { kind: 'cookie', name: 'X-Api-Key' })
  t.end()
})

t.test('anything else is refused by the schema, and is a fault to parse', (t) => {
  const schema = KeySourceText({ default: 'path', description: '' })
  for (const text of ['', 'uri', 'header', 'header:', 'cookie:a b', 'path:x', `query:${'x'.repeat(65)}`]) {
    t.same(refusedAt(schema, text), [''], text)
    t.throws(() => parseKeySource(text), RangeError)
  }
  t.end()
})
