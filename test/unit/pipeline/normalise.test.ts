import t, { type Test } from 'tap'
import { normalise } from '../../../edge/pipeline/normalise.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

const line = new Line()
const read = (asking: Asking) => normalise(line.exchange(asking))
const refuses = (t: Test, code: string, asking: Asking) => t.throws(() => read(asking), { code }, JSON.stringify(asking))

t.test('target and host are made canonical once', async (t) => {
  const request = read({ target: '/a/../b%7Ec?x=%zz', headers: { Host: 'Shop.Example:8080' } })
  t.match(request, { path: '/b~c', query: 'x=%zz', host: 'shop.example', authority: 'shop.example:8080', scheme: 'http', method: 'GET' })
})

t.test('the port that the scheme has anyway is no part of the authority, or one page would have two keys', async (t) => {
  t.equal(read({ headers: { Host: 'shop.example:80' } }).authority, 'shop.example')
  t.equal(read({ headers: { Host: 'shop.example:443' } }).authority, 'shop.example:443')
  t.equal(read({ target: 'http://shop.example:80/a', headers: { Host: 'shop.example' } }).authority, 'shop.example')
})

t.test('an absolute target names the host, and Host must agree', async (t) => {
  t.match(read({ target: 'http://shop.example/a?b' }), { path: '/a', query: 'b', host: 'shop.example' })
  refuses(t, 'BAD_HOST', { target: 'http://other.example/a' })
  t.equal(read({ target: 'http://a.example/', headers: { Host: null }, version: '1.0' }).host, 'a.example')
})

t.test('Host is there once and valid, but for HTTP/1.0 that may leave it out', async (t) => {
  refuses(t, 'BAD_HOST', { headers: { Host: null } })
  refuses(t, 'BAD_HOST', { headers: { Host: ['a.example', 'a.example'] } })
  refuses(t, 'BAD_HOST', { headers: { Host: 'a b' } })
  refuses(t, 'BAD_HOST', { headers: { Host: ['a.example', 'b.example'] }, version: '1.0' })
  refuses(t, 'BAD_HOST', { target: 'http://a.example/', headers: { Host: null } })
  t.match(read({ headers: { Host: null }, version: '1.0' }), { host: '', authority: '' })
})

t.test('targets that cannot be read, or have a form of other methods, are refused', async (t) => {
  refuses(t, 'BAD_TARGET', { target: '/a%00' })
  refuses(t, 'BAD_TARGET', { target: '*' })
  refuses(t, 'BAD_TARGET', { target: 'shop.example:80' })
  refuses(t, 'TARGET_TOO_LONG', { target: `/${'a'.repeat(9_000)}` })
  refuses(t, 'METHOD_UNSUPPORTED', { method: 'CONNECT', target: 'shop.example:443' })
  t.equal(read({ method: 'OPTIONS', target: '*' }).path, '*')
})
