import t from 'tap'
import { parseKeySource } from '../../../edge/contract/key-source.ts'
import { keyValue } from '../../../edge/pipeline/key-value.ts'
import { Line } from '../../support/exchange-maker.ts'

const line = new Line()
const { asked } = line.asked({
  target: '/p?id=7&q=%41',
  headers: { 'X-Api-Key': 'secret', Cookie: 'sid=abc', 'X-Empty': '', 'X-Long': 'a'.repeat(1_000) },
})
const value = (source: string) => keyValue(parseKeySource(source), asked)

t.test('each source names its part of the request', async (t) => {
  const sources = ['path', 'target', 'host', 'address', 'route', 'header:X-API-Key', 'cookie:sid', 'query:id', 'query:q']
  t.same(sources.map(value), ['/p', '/p?id=7&q=%41', 'shop.example', '198.51.100.7', 'all', 'secret', 'abc', '7', 'A'])
})

t.test('a part that is absent or empty is no value', async (t) => {
  t.same(['header:x-none', 'header:x-empty', 'cookie:none', 'query:none'].map(value), [null, null, null, null])
})

t.test('a long value is cut, so that no client makes keys costly', async (t) => {
  t.equal(value('header:x-long')?.length, 256)
})
