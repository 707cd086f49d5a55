import t from 'tap'
import { type AskedAgain, askedAgain, keyedPlace } from '../../../edge/cache/asked-again.ts'
import type { KeyRule } from '../../../edge/cache/cache-key.ts'
import { cacheKey } from '../../../edge/cache/cache-key.ts'
import { variantOf } from '../../../edge/cache/variant.ts'
import { Fields } from '../../../edge/http/fields.ts'

const value = (name: string) => ({ name, written: name, take: 'whole', case: 'kept', oneOf: null }) as const
const RULE: KeyRule = {
  headers: [value('x-country'), value('x-tier')],
  cookies: [value('currency'), value('theme')],
  group: null,
  identity: { kind: 'cookie', name: 'who' },
}
const PLACE = { scheme: 'https', host: 'a.example:8443', path: '/p', query: 'a=1?b' }
const keyOf = (headers: Record<string, string>, rule = RULE) => cacheKey({ ...PLACE, fields: Fields.of(headers) }, rule)

t.test('a key is asked for by its URL, its fields and its cookies', async (t) => {
  const key = keyOf({ 'x-country': '3:de', cookie: 'currency=eur' })
  const again = askedAgain(key, '') as AskedAgain
  t.match(again, { scheme: 'https', authority: 'a.example:8443', path: '/p', query: 'a=1?b' })
  t.equal(again.fields.get('host'), 'a.example:8443')
  t.equal(again.fields.get('x-country'), '3:de')
  t.notOk(again.fields.has('x-tier'))
  t.equal(again.fields.get('cookie'), 'currency=eur')
  t.equal(cacheKey({ ...PLACE, fields: again.fields }, RULE), key, 'and comes to the same key')
})

t.test('a variant is asked for by the fields it was told apart by, the absent ones too', async (t) => {
  const names = ['accept', 'accept-language', 'user-agent', 'x-empty']
  const sent = Fields.of({ 'accept-language': 'de, en;q=0.5', accept: 'text/html', 'x-empty': '' })
  const again = askedAgain('http://a/', variantOf(names, sent)) as AskedAgain
  t.equal(variantOf(names, again.fields), variantOf(names, sent))
  t.notOk(again.fields.has('user-agent'))
  t.match((askedAgain('http://a/', '') as AskedAgain).fields.get('user-agent'), /^weir-audit/)
})

t.test('nobody is asked for in his own name', async (t) => {
  t.equal(askedAgain(keyOf({ cookie: 'who=me' }), ''), 'identity')
  t.type(askedAgain(keyOf({}), ''), 'object', 'who was nobody may be asked for')
  t.equal(askedAgain('http://a/', variantOf(['cookie'], Fields.of({ cookie: 'sid=1' }))), 'identity')
  t.equal(askedAgain('http://a/', variantOf(['authorization'], Fields.of({ authorization: 'Bearer 1' }))), 'identity')
})

t.test('parts and what cannot be read are not asked for', async (t) => {
  t.equal(askedAgain('http://a/film\0r', ''), 'part')
  t.equal(askedAgain('http:///no-host', ''), 'key')
  t.equal(keyedPlace('ftp://a/'), null)
  t.match(keyedPlace('http://a/film\0r'), { path: '/film', query: null })
})
