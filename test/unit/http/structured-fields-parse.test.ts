import t from 'tap'
import { MAX_MEMBERS } from '../../../edge/http/structured-fields.ts'
import { parseDictionary, parseItem, parseList } from '../../../edge/http/structured-fields-parse.ts'

t.test('items of each type are read', async (t) => {
  const values: Record<string, unknown> = {
    '42': 42,
    '-0': -0,
    '00042': 42,
    '999999999999999': 999_999_999_999_999,
    '-12.345': -12.345,
    '"a \\"b\\\\"': 'a "b\\',
    '""': '',
    'foo/*:bar': 'foo/*:bar',
    '*a': '*a',
    '?1': true,
    '?0': false,
    ' 1 ': 1,
  }
  for (const [text, value] of Object.entries(values)) t.equal(parseItem(text)?.value.value, value, text)
  t.equal(parseItem('1.0')?.value.type, 'decimal')
  t.equal(parseItem('a')?.value.type, 'token')
})

t.test('byte sequences are read, with or without padding', async (t) => {
  t.same(parseItem(':aGk=:')?.value, { type: 'bytes', value: new TextEncoder().encode('hi') })
  t.same(parseItem(':aGk:')?.value, { type: 'bytes', value: new TextEncoder().encode('hi') })
  t.same(parseItem('::')?.value, { type: 'bytes', value: new Uint8Array() })
  for (const text of [':a', ':a:', ':a=b:', ':-_:', ':aGk=']) t.equal(parseItem(text), null, text)
})

t.test('parameters are read in order, of a repeated one the last holds', async (t) => {
  const parameters = parseItem('a;b=1;  c;d="x";b=2')?.parameters
  t.same(
    [...(parameters ?? [])].map(([key, { value }]) => [key, value]),
    [
      ['b', 2],
      ['c', true],
      ['d', 'x'],
    ],
  )
})

t.test('what is not exactly one item is none', async (t) => {
  const invalid = [
    ...['', ' ', 'a b', 'a,b', '1.', '.5', '1.2345', '1234567890123.1', '1000000000000000', '-', '--1', '-a', '+1', '1e3', '0x1'],
    ...[
      '"a',
      '"a\\n"',
      '"\xe9"',
      '"a\0"',
      "'a'",
      '?',
      '?2',
      '?true',
      '@1659578233',
      '%"x"',
      'a;',
      'a;B=1',
      'a ;b',
      'a; =1',
      'a;b=',
      '(a)',
      'a\0',
      '\ta',
    ],
  ]
  for (const text of invalid) t.equal(parseItem(text), null, encodeURIComponent(text))
})

t.test('a list holds items and inner lists', async (t) => {
  const list = parseList('"burst";q=100;w=60,\t"daily";q=1000 , (a  "b";x 1);y=?0, ()')
  t.equal(list?.length, 4)
  t.match(list?.[2], { kind: 'inner-list', items: [{ value: { value: 'a' } }, { value: { value: 'b' } }, { value: { value: 1 } }] })
  t.equal(list?.[2]?.parameters.get('y')?.value, false)
  t.same(parseList(''), [])
  for (const text of ['a,', ',a', 'a,,b', 'a b', '(a', '(a,b)', '(a"b")', '((a))', 'a;b;', 'a, \0'])
    t.equal(parseList(text), null, encodeURIComponent(text))
})

t.test('a dictionary holds members by key, the last of a key in the place of the first', async (t) => {
  const members = parseDictionary('max-age=600, no-store, sie;x=1, a=(1 2), max-age=5')
  t.same(
    [...(members ?? [])].map(([key, member]) => [key, member.kind === 'item' ? member.value.value : 'list']),
    [
      ['max-age', 5],
      ['no-store', true],
      ['sie', true],
      ['a', 'list'],
    ],
  )
  t.equal(members?.get('sie')?.parameters.get('x')?.value, 1)
  for (const text of ['A=1', '1=a', 'a=', 'a= 1', 'a =1', 'a=1,', 'a=1 b=2', '=1']) t.equal(parseDictionary(text), null, text)
})

t.test('keys of JavaScript are keys like any other or no keys', async (t) => {
  t.equal(parseDictionary('__proto__=1'), null)
  t.equal(parseDictionary('constructor=1')?.get('constructor')?.kind, 'item')
})

t.test('a field with too many members does not parse', async (t) => {
  const members = (count: number) => new Array(count).fill('a').join(', ')
  t.equal(parseList(members(MAX_MEMBERS))?.length, MAX_MEMBERS)
  t.equal(parseList(members(MAX_MEMBERS + 1)), null)
  t.equal(parseList(`(${'a '.repeat(MAX_MEMBERS + 1)})`), null)
  const keys = Array.from({ length: MAX_MEMBERS + 1 }, (_, index) => `k${index}`)
  t.equal(parseDictionary(keys.join(',')), null)
  t.equal(parseItem(`a;${keys.join(';')}`), null)
})

t.test('long hostile fields cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of ['"', '\\"', '(', ':', ';a', '1', 'a', ' ', '"a', '=', '\t,']) {
    for (const parse of [parseItem, parseList, parseDictionary]) {
      for (const opening of ['', '"', 'a="', 'a=', '(']) parse(opening + piece.repeat(100_000))
    }
  }
  t.ok(performance.now() - startMs < 5_000, 'a quadratic scan would take minutes')
})
