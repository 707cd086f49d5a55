import t from 'tap'
import { boolean, bytes, decimal, innerList, integer, item, string, token } from '../../../edge/http/structured-fields.ts'

t.test('constructors name the type of a value', async (t) => {
  t.same(integer(1), { type: 'integer', value: 1 })
  t.same(decimal(1.5), { type: 'decimal', value: 1.5 })
  t.same(string('a'), { type: 'string', value: 'a' })
  t.same(token('a'), { type: 'token', value: 'a' })
  t.same(boolean(true), { type: 'boolean', value: true })
  t.same(bytes(new Uint8Array([1])), { type: 'bytes', value: new Uint8Array([1]) })
})

t.test('items and inner lists keep parameters in the order given', async (t) => {
  t.same([...item(token('a'), { z: integer(1), b: integer(2) }).parameters.keys()], ['z', 'b'])
  t.same(innerList([item(integer(1))]).items.length, 1)
  t.equal(item(integer(1)).parameters.size, 0)
})
