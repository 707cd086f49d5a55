import t from 'tap'
import { Http2Head } from '../../../edge/server/http2-head.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { type Field, get } from '../../support/http2-frames.ts'

const LIMITS = { maxHeadBytes: 4_096, maxTargetBytes: 512, maxFieldBytes: 1_024, maxFields: 10 }

const read = (fields: readonly Field[]) => Http2Head.read(fields.flat(), LIMITS, 'https')

/** The rule that fields break, or `taken`. */
function ruleOf(fields: readonly Field[]): string {
  const head = read(fields)
  return head instanceof WireFault ? head.rule : 'taken'
}

/** The pseudo fields of a request, one of them replaced or left out. */
function pseudo(name: string, value: string | null): Field[] {
  return get('/').flatMap((field): Field[] => (field[0] !== name ? [field] : value === null ? [] : [[name, value]]))
}

function taken(fields: readonly Field[]): Http2Head {
  const head = read(fields)
  if (head instanceof WireFault) throw new Error(head.rule)
  return head
}

t.test('Host stands at the front, then the fields in wire order', async (t) => {
  const head = taken(get('/a?b', ['x-a', '1'], ['accept', '*/*'], ['x-a', '2'], ['te', 'trailers']))
  t.same([head.method, head.target, head.lengthBytes, head.expectsContinue], ['GET', '/a?b', null, false])
  t.same(head.raw, ['Host', 'www.example.org', 'x-a', '1', 'accept', '*/*', 'x-a', '2', 'te', 'trailers'])
})

t.test('cookies that come in crumbs are one line', async (t) => {
  t.same(taken(get('/', ['cookie', 'a=1'], ['x-a', 'b'], ['cookie', 'c=2'], ['cookie', 'd=3'])).raw.slice(2), [
    ...['cookie', 'a=1; c=2; d=3'],
    ...['x-a', 'b'],
  ])
})

t.test('Host may repeat what :authority says, and stand in for it', async (t) => {
  t.same(taken(get('/', ['host', 'www.example.org'])).raw, ['Host', 'www.example.org'])
  t.same(taken(get('/', ['host', 'WWW.example.org:443'])).raw, ['Host', 'www.example.org'], 'the same host in another spelling')
  t.same(taken([...pseudo(':authority', null), ['host', 'other.example']]).raw, ['Host', 'other.example'])
})

t.test('the length and what is expected are read', async (t) => {
  t.match(taken(get('/', ['content-length', '12'], ['expect', '100-Continue'])), { lengthBytes: 12, expectsContinue: true })
})

t.test('an asterisk is for OPTIONS alone', async (t) => {
  const asterisk = (method: string) => pseudo(':path', '*').map((field): Field => (field[0] === ':method' ? [':method', method] : field))
  t.equal(ruleOf(asterisk('OPTIONS')), 'taken')
  t.equal(ruleOf(asterisk('GET')), 'h2-path')
})

t.test('pseudo fields: each once, before the others, and none beside them', async (t) => {
  for (const name of [':method', ':scheme', ':path']) {
    t.equal(ruleOf(pseudo(name, null)), 'h2-pseudo', `without ${name}`)
    t.equal(ruleOf(pseudo(name, '')), 'h2-pseudo', `empty ${name}`)
    t.equal(ruleOf([[name, '/'], ...get('/')]), 'h2-pseudo', `${name} twice`)
  }
  t.equal(ruleOf([[':authority', 'a'], ...get('/')]), 'h2-pseudo')
  t.equal(ruleOf([...get('/'), [':protocol', 'websocket']]), 'h2-pseudo')
  t.equal(ruleOf([...get('/'), [':status', '200']]), 'h2-pseudo')
  t.equal(ruleOf(get('/', ['x-a', 'b'], [':path', '/b'])), 'name-octet', 'behind a field')
  t.equal(ruleOf(pseudo(':method', 'CONNECT')), 'h2-connect')
  t.equal(
    ruleOf([
      [':method', 'CONNECT'],
      [':authority', 'a:1'],
    ]),
    'h2-connect',
  )
})

t.test('method, scheme and path can be written into a request line as they are', async (t) => {
  for (const method of ['GET /', 'G(T', 'GET\r\nx: y', 'A'.repeat(33)]) t.equal(ruleOf(pseudo(':method', method)), 'method', method)
  for (const scheme of ['gopher', 'http://evil/?', 'https ']) t.equal(ruleOf(pseudo(':scheme', scheme)), 'h2-scheme', scheme)
  t.equal(ruleOf(pseudo(':scheme', 'HTTP')), 'taken', 'the scheme of the connection counts, not what is said here')
  for (const path of ['foo', 'http://evil/', '?a', '@evil']) t.equal(ruleOf(pseudo(':path', path)), 'h2-path', path)
  for (const path of ['/a b', '/a\r\nb', '/\0', '/\xe4', '/ HTTP/1.1\r\nhost: x'])
    t.equal(ruleOf(pseudo(':path', path)), 'target-octet', path)
})

t.test('a host that is none, is missing, repeated or another', async (t) => {
  for (const authority of ['user@www.example.org', 'a b', 'a/b', 'a:99999', '[::1', 'a,b']) {
    t.equal(ruleOf(pseudo(':authority', authority)), 'h2-authority', authority)
    t.equal(ruleOf(get('/', ['host', authority])), 'h2-authority', `Host ${authority}`)
  }
  t.equal(ruleOf(pseudo(':authority', null)), 'host-missing')
  t.equal(ruleOf(get('/', ['host', 'www.example.org'], ['host', 'www.example.org'])), 'host-repeated')
  for (const host of ['evil.example', 'www.example.org:8443', 'www.example.org:80'])
    t.equal(ruleOf(get('/', ['host', host])), 'h2-host-differs', host)
})

t.test('fields that frame HTTP/1 are refused', async (t) => {
  for (const name of ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])
    t.equal(ruleOf(get('/', [name, 'x'])), 'h2-connection-field', name)
  t.equal(ruleOf(get('/', ['te', 'trailers, deflate'])), 'h2-connection-field')
  for (const length of ['x', '+1', '1, 1', '', '-0', '1'.repeat(16)])
    t.equal(ruleOf(get('/', ['content-length', length])), 'length', length)
  t.equal(ruleOf(get('/', ['content-length', '1'], ['content-length', '1'])), 'length-repeated')
  t.equal(ruleOf(get('/', ['expect', '200-ok'])), 'expectation')
  t.equal(ruleOf(get('/', ['expect', '100-continue'], ['expect', '100-continue'])), 'expectation')
})

t.test('names and values that HTTP/1 would read in another way are refused', async (t) => {
  for (const name of ['X-A', 'x a', 'x:a', 'x-a: b\r\nc', '', 'x\xe4']) t.equal(ruleOf(get('/', [name, 'v'])), 'name-octet', name)
  for (const value of ['a\r\nb: c', 'a\nb', 'a\0b', 'a\x01b', 'a\x7fb']) t.equal(ruleOf(get('/', ['x-a', value])), 'value-octet', value)
  for (const value of [' a', 'a ', '\ta', 'a\t', ' ']) t.equal(ruleOf(get('/', ['x-a', value])), 'h2-value-space', value)
  for (const value of ['', 'a b', 'a\tb', '\x80\xff']) t.equal(ruleOf(get('/', ['x-a', value])), 'taken', value)
})

t.test('a head has its limits, each to the byte', async (t) => {
  const many = (count: number) => Array.from({ length: count }, (_, i): Field => [`x-${i}`, 'v'])
  t.equal(ruleOf(get('/', ...many(9))), 'taken', 'Host is one of ten')
  t.equal(ruleOf(get('/', ...many(10))), 'too-many-fields')
  t.equal(ruleOf(get('/', ...Array.from({ length: 50 }, (): Field => ['cookie', 'a=1']))), 'taken', 'crumbs are one field')
  t.equal(ruleOf(get('/', ['x-a', 'v'.repeat(1_021)])), 'taken')
  t.equal(ruleOf(get('/', ['x-a', 'v'.repeat(1_022)])), 'field-too-large')
  t.equal(ruleOf(get('/', ['cookie', 'v'.repeat(600)], ['cookie', 'v'.repeat(600)])), 'field-too-large', 'and one line too long')
  t.equal(ruleOf(get(`/${'a'.repeat(511)}`)), 'taken')
  t.equal(ruleOf(get(`/${'a'.repeat(512)}`)), 'target-too-long')
  const bytes = (extra: number) => get('/', ...[1, 2, 3, 4].map((i): Field => [`x-${i}`, 'v'.repeat(900)]), ['x-5', 'v'.repeat(extra)])
  const pseudoBytes = 'GET'.length + 'https'.length + 'www.example.org'.length + '/'.length + 4 * 4
  const left = 4_096 - pseudoBytes - 4 * (900 + 3 + 4) - 7
  t.equal(ruleOf(bytes(left)), 'taken')
  t.equal(ruleOf(bytes(left + 1)), 'head-too-large')
})
