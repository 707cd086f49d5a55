import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'

const RAW = ['Host', 'a.example', 'X-Tag', 'one', 'x-TAG', 'two', 'Accept', '*/*']

t.test('names are found in any case and values of several lines are joined', async (t) => {
  const fields = Fields.fromRaw(RAW)
  t.equal(fields.get('host'), 'a.example')
  t.equal(fields.get('x-tag'), 'one, two')
  t.same(fields.getAll('x-tag'), ['one', 'two'])
  t.equal(fields.count('x-tag'), 2)
  t.equal(fields.get('absent'), undefined)
  t.same(fields.getAll('absent'), [])
  t.ok(fields.has('accept'))
  t.notOk(fields.has('accep'))
})

t.test('an empty value is a value', async (t) => {
  const fields = Fields.of({ 'X-Empty': '' })
  t.equal(fields.get('x-empty'), '')
  t.ok(fields.has('x-empty'))
})

t.test('order and case of the wire are kept', async (t) => {
  const fields = Fields.fromRaw(RAW)
  t.same(fields.toRaw(), RAW)
  t.same(
    [...fields].map(([name, value]) => `${name}=${value}`),
    ['Host=a.example', 'X-Tag=one', 'x-TAG=two', 'Accept=*/*'],
  )
})

t.test('set replaces every line at the place of the first', async (t) => {
  const fields = Fields.fromRaw(RAW)
  fields.set('X-Tag', 'three')
  t.same(fields.toRaw(), ['Host', 'a.example', 'X-Tag', 'three', 'Accept', '*/*'])
  fields.set('Via', '1.1 weir')
  t.same(fields.toRaw().slice(-2), ['Via', '1.1 weir'])
})

t.test('append adds a line and delete removes all of a name', async (t) => {
  const fields = Fields.fromRaw(RAW)
  fields.append('X-TAG', 'three')
  t.equal(fields.count('x-tag'), 3)
  fields.delete('x-tag')
  t.same(fields.toRaw(), ['Host', 'a.example', 'Accept', '*/*'])
  fields.delete('absent')
  t.equal(fields.size, 2)
})

t.test('a copy and the list it came from do not change with it', async (t) => {
  const raw = [...RAW]
  const fields = Fields.fromRaw(raw)
  const copy = fields.clone()
  copy.set('Host', 'b.example')
  fields.toRaw().length = 0
  t.equal(fields.get('host'), 'a.example')
  t.same(raw, RAW)
})

t.test('a record gives one line per value', async (t) => {
  const fields = Fields.of({ 'Set-Cookie': ['a=1', 'b=2'], Vary: 'accept' })
  t.same(fields.toRaw(), ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Vary', 'accept'])
  t.equal(Fields.of().size, 0)
})

t.test('bytes on the wire are counted with colon, space and line end', async (t) => {
  t.equal(Fields.fromRaw(['A', 'bc', 'De', '']).byteLength(), 'A: bc\r\nDe: \r\n'.length)
  t.equal(Fields.of().byteLength(), 0)
})

t.test('names that mean something to JavaScript are names like any other', async (t) => {
  const fields = Fields.fromRaw(['__proto__', 'x', 'constructor', 'y'])
  t.equal(fields.get('__proto__'), 'x')
  t.equal(fields.get('constructor'), 'y')
  t.equal(fields.get('tostring'), undefined)
  t.equal(({} as Record<string, unknown>).x, undefined)
})

t.test('only ASCII letters fold: a Kelvin sign is no k, @ is no backtick', async (t) => {
  const fields = Fields.fromRaw(['\u212aey', 'x', 'a@b', 'y'])
  t.equal(fields.get('key'), undefined)
  t.equal(fields.get('a`b'), undefined)
  t.equal(fields.get('a@b'), 'y')
})

t.test('a name without a value at the end is dropped', async (t) => {
  t.same(Fields.fromRaw(['A', '1', 'B']).toRaw(), ['A', '1'])
})

t.test('ten thousand lines of one name are replaced in one pass', async (t) => {
  const fields = Fields.fromRaw(new Array<string>(20_000).fill('x'))
  fields.set('X', '1')
  t.same(fields.toRaw(), ['X', '1'])
})

t.test('a Date is found among shared lines and among those added, and missed when it is gone', async (t) => {
  t.notOk(Fields.of({ Age: '1' }).dated)
  const kept = Fields.fromRaw(['Date', 'x'])
  t.ok(kept.dated)
  const copy = Fields.over(kept.shared)
  t.ok(copy.dated)
  copy.delete('date')
  t.notOk(copy.dated)
  t.ok(kept.dated, 'who shared its lines has it still')
  copy.set('Date', 'y')
  t.ok(copy.dated)
  t.ok(copy.clone().dated)
})

t.test('a message ends with shared lines, length and body; what one answer adds stands before them', async (t) => {
  const page = bytesBody(Buffer.from('page'))
  const kept = Fields.fromRaw(['ETag', '"a"', 'Age', '1'])
  t.equal(kept.toTextWith(page), 'ETag: "a"\r\nAge: 1\r\nContent-Length: 4\r\n\r\npage')
  for (let time = 0; time < 5; time++) {
    const answer = kept.clone()
    answer.set('X-Request-Id', String(time))
    t.equal(answer.toTextWith(page), `X-Request-Id: ${time}\r\nETag: "a"\r\nAge: 1\r\nContent-Length: 4\r\n\r\npage`)
  }
  t.equal(Fields.of().toTextWith(page), 'Content-Length: 4\r\n\r\npage')
})

t.test('lines of one name stay in their order, whoever added them', async (t) => {
  const answer = Fields.fromRaw(['Set-Cookie', 'a=1', 'Via', '1.1 a']).clone()
  answer.append('set-cookie', 'b=2')
  answer.set('X-A', '1')
  t.equal(
    answer.toTextWith(bytesBody(Buffer.from('page'))),
    'Set-Cookie: a=1\r\nVia: 1.1 a\r\nset-cookie: b=2\r\nX-A: 1\r\nContent-Length: 4\r\n\r\npage',
  )
  const changed = Fields.fromRaw(['Via', '1.1 a', 'Age', '1']).clone()
  changed.set('via', '1.1 a, 1.1 b')
  t.equal(changed.toTextWith(bytesBody(new Uint8Array(0))), 'via: 1.1 a, 1.1 b\r\nAge: 1\r\nContent-Length: 0\r\n\r\n')
})

t.test('a line from outside that cannot be written ends no message', async (t) => {
  const page = bytesBody(Buffer.from('page'))
  const broken = () => Fields.fromRaw(['A', 'b\r\nC: d', 'Age', '1'])
  t.equal(broken().toTextWith(page), null)
  const changed = broken()
  changed.set('Age', '2')
  t.equal(changed.toTextWith(page), null)
})
