import t from 'tap'
import { addedParts, cacheKey, type KeyParts } from '../../../edge/cache/cache-key.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeKeyPlan } from './make-entry.ts'

const PLAIN = makeKeyPlan()

function parts(changes: Partial<KeyParts> = {}): KeyParts {
  return { scheme: 'https', host: 'shop.example', path: '/p/1', query: null, fields: Fields.of(), ...changes }
}

t.test('scheme, host, path and query each make another key', async (t) => {
  const keys = [
    parts(),
    parts({ scheme: 'http' }),
    parts({ host: 'other.example' }),
    parts({ host: 'shop.example:8443' }),
    parts({ path: '/p/2' }),
    parts({ query: '' }),
    parts({ query: 'a=1' }),
    parts({ query: 'a=1&b=2' }),
  ].map((each) => cacheKey(each, PLAIN))
  t.equal(new Set(keys).size, keys.length)
})

t.test('fields that the rule does not name leave the key alone', async (t) => {
  t.equal(cacheKey(parts({ fields: Fields.of({ 'x-any': '1', cookie: 'a=1' }) }), PLAIN), cacheKey(parts(), PLAIN))
})

t.test('a named field counts by value, and absent differs from empty', async (t) => {
  const rule = makeKeyPlan({ key: { headers: { 'X-Country': {} } } })
  const key = (value?: string) => cacheKey(parts({ fields: Fields.of(value === undefined ? {} : { 'x-country': value }) }), rule)
  t.equal(new Set([key(), key(''), key('de'), key('fr')]).size, 4)
  t.equal(key('de'), key('de'))
})

t.test('a named cookie counts, and the others do not', async (t) => {
  const rule = makeKeyPlan({ key: { cookies: { lang: {} } } })
  const key = (cookie: string) => cacheKey(parts({ fields: Fields.of({ cookie }) }), rule)
  t.equal(key('lang=de; id=1'), key('id=2; lang=de'))
  t.not(key('lang=de'), key('lang=fr'))
  t.not(key('lang='), key('id=1'))
})

t.test('no value can pass for the next part of the key', async (t) => {
  const rule = makeKeyPlan({ key: { headers: { a: {}, b: {} }, cookies: { c: {} } } })
  const one = Fields.of({ a: '1\0hb\x001:2' })
  const two = Fields.of({ a: '1', b: '2' })
  t.not(cacheKey(parts({ fields: one }), rule), cacheKey(parts({ fields: two }), rule))
  const cookie = Fields.of({ cookie: 'c=2' })
  const field = Fields.of({ b: '2' })
  t.not(cacheKey(parts({ fields: cookie }), rule), cacheKey(parts({ fields: field }), rule))
})

t.test('who asks is keyed by a digest, and what he showed is nowhere in the key', async (t) => {
  const rule = makeKeyPlan({ key: { identity: 'header:Authorization' } })
  const key = (secret?: string) => cacheKey(parts({ fields: Fields.of(secret === undefined ? {} : { authorization: secret }) }), rule)
  t.equal(new Set([key(), key('Bearer a'), key('Bearer b'), key('')]).size, 4)
  t.equal(key('Bearer a'), key('Bearer a'))
  t.notMatch(key('Bearer a'), /Bearer/)
  const byCookie = makeKeyPlan({ key: { identity: 'cookie:sid' } })
  t.match(addedParts(Fields.of({ cookie: 'a=1; sid=s3cret' }), byCookie), [{ kind: 'identity', name: 'cookie:sid', value: /^[\w-]{22}$/ }])
})

t.test('what a rule adds is told part by part', async (t) => {
  const rule = makeKeyPlan({ key: { headers: { 'X-Country': {} }, cookies: { lang: {}, none: {} } } })
  t.same(addedParts(Fields.of({ 'X-Country': 'de', Cookie: 'lang=fr' }), rule), [
    { kind: 'header', name: 'x-country', value: 'de' },
    { kind: 'cookie', name: 'lang', value: 'fr' },
    { kind: 'cookie', name: 'none', value: undefined },
  ])
})
