import t from 'tap'
import { toldKey } from '../../../edge/pipeline/told-key.ts'
import { type Asking, Line, TWO_PEERS } from '../../support/exchange-maker.ts'

const CACHE = {
  key: {
    dropQuery: ['ref'],
    headers: { 'X-Country': { case: 'lower' } },
    cookies: { lang: {} },
    identity: 'header:authorization',
    maxBytes: 256,
  },
}
const line = new Line({
  ...TWO_PEERS,
  routes: { all: { pool: 'shop', cache: CACHE }, off: { path: '/off', pool: 'shop', cache: { store: 'off' } } },
})
const told = (asking: Asking) => {
  const { asked, x } = line.asked(asking)
  return toldKey(asked, x)
}

t.test('a key is told part by part, as it is, and of a secret only its digest', async (t) => {
  const { parts, key, ...rest } = told({ target: '/a?ref=1&b=2', headers: { 'X-Country': 'DE', Authorization: 'Bearer s3cret' } })
  t.match(parts, [
    { part: 'scheme', value: 'http' },
    { part: 'host', value: 'shop.example' },
    { part: 'path', value: '/a' },
    { part: 'query', value: 'b=2' },
    { part: 'header x-country', value: 'de' },
    { part: 'cookie lang', value: null },
    { part: 'identity header:authorization', value: /^[\w-]{22}$/ },
  ])
  t.match(key, /^http:\/\/shop\.example\/a\?b=2 hx-country 2:de clang iheader:authorization 22:/)
  t.notMatch(key, /s3cret/)
  t.same(rest, { store: 'standard', bypass: null, unkeyed: null })
})

t.test('it is told why the cache has no part in a request', async (t) => {
  t.match(told({ method: 'POST' }), { bypass: 'method' })
  t.match(told({ headers: { 'X-HTTP-Method-Override': 'PUT' } }), { bypass: 'bypass' })
  t.match(told({ target: '/off' }), { store: 'off', bypass: 'bypass' })
  t.match(told({ target: `/${'a'.repeat(300)}` }), { bypass: 'key' })
})

t.test('a field that no key holds is told by name', async (t) => {
  t.match(told({ headers: { 'HX-Request': 'true', Cookie: 'sid=1' } }), { unkeyed: 'hx-request' })
  t.match(told({ headers: { Cookie: 'sid=1; lang=de' } }), { unkeyed: 'cookie' })
  t.match(told({ headers: { Cookie: 'lang=de' } }), { unkeyed: null })
})
