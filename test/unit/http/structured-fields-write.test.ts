import t from 'tap'
import { type BareItem, boolean, bytes, decimal, innerList, integer, item, string, token } from '../../../edge/http/structured-fields.ts'
import { writeDictionary, writeItem, writeList } from '../../../edge/http/structured-fields-write.ts'

t.test('fields that the edge sends are written as their standards show them', async (t) => {
  t.equal(
    writeList([
      item(string('burst'), { q: integer(100), w: integer(60) }),
      item(string('daily'), { q: integer(1000), w: integer(86_400) }),
    ]),
    '"burst";q=100;w=60, "daily";q=1000;w=86400',
  )
  t.equal(
    writeList([item(token('weir'), { fwd: token('stale'), 'fwd-status': integer(304), stored: boolean(true), collapsed: boolean(false) })]),
    'weir;fwd=stale;fwd-status=304;stored;collapsed=?0',
  )
  t.equal(writeList([]), '')
})

t.test('a dictionary writes true as the bare key', async (t) => {
  const members = new Map([
    ['a', item(boolean(true), { x: integer(1) })],
    ['b', item(boolean(false))],
    ['c', item(integer(-5))],
  ])
  t.equal(writeDictionary(members), 'a;x=1, b=?0, c=-5')
  t.equal(writeDictionary(new Map([['l', innerList([item(integer(1)), item(token('a'))], { p: boolean(true) })]])), 'l=(1 a);p')
})

t.test('quotes and backslashes are escaped, bytes are base64', async (t) => {
  t.equal(writeItem(item(string('a"b\\'))), '"a\\"b\\\\"')
  t.equal(writeItem(item(bytes(new TextEncoder().encode('hi')))), ':aGk=:')
})

t.test('decimals are rounded to three places, halves to the even one', async (t) => {
  const written: [number, string][] = [
    [1, '1.0'],
    [0.5, '0.5'],
    [-2.25, '-2.25'],
    [0.0625, '0.062'],
    [0.1875, '0.188'],
    [-0.0625, '-0.062'],
    [-0.0001, '0.0'],
    [999_999_999_999, '999999999999.0'],
  ]
  for (const [value, text] of written) t.equal(writeItem(item(decimal(value))), text)
})

t.test('what a type cannot hold is not written', async (t) => {
  const values: BareItem[] = [
    ...[integer(1.5), integer(1e15), integer(Number.NaN), decimal(1e12), decimal(Number.NaN), decimal(Number.POSITIVE_INFINITY)],
    ...[string('\xe9'), string('a\r\nX: y'), string('\0'), token(''), token('a b'), token('1a'), token('a\n')],
  ]
  for (const value of values) t.throws(() => writeItem(item(value)), RangeError)
  t.throws(() => writeItem(item(integer(1), { Upper: integer(1) })), RangeError)
  t.throws(() => writeDictionary(new Map([['', item(integer(1))]])), RangeError)
})
