import t from 'tap'
import { type Asker, sharedFields, valueAlike } from '../../../edge/cache/shared-fields.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeKeyPlan } from './make-entry.ts'

const PHONE: Asker = { class: 'person', device: 'phone' }
type Lines = Record<string, string | string[]>

function shared(lines: Lines, rule: Parameters<typeof makeKeyPlan>[0], asker: Asker = PHONE): Record<string, string> {
  return Object.fromEntries(
    [...sharedFields(Fields.of(lines), makeKeyPlan(rule), () => asker)].map(([name, value]) => [name.toLowerCase(), value]),
  )
}

t.test('where the rule changes nothing, the request is shared as it came, and nothing is asked of the client', async (t) => {
  const fields = Fields.of({ 'X-A': '1' })
  const nobody = () => {
    throw new Error('asked')
  }
  t.equal(sharedFields(fields, makeKeyPlan(), nobody), fields)
})

t.test('a keyed field is sent as it is keyed', async (t) => {
  const rule = { key: { headers: { 'X-Plan': { case: 'lower', take: 'first', oneOf: ['Free', 'pro'] }, 'X-Any': {} } } }
  t.same(shared({ 'X-Plan': ['PRO;v=1', 'x'], 'X-Any': ' a' }, rule), { 'x-plan': 'pro', 'x-any': ' a' })
  t.same(shared({ 'X-Plan': '<script>' }, rule), { 'x-plan': 'other' })
  t.same(shared({ Accept: '*/*' }, rule), { accept: '*/*' }, 'an absent one stays absent')
})

t.test('a value is cut, made small and put into its class, in this order', async (t) => {
  const told = (value: string, rule: Partial<Parameters<typeof valueAlike>[1]>) =>
    valueAlike(value, { take: 'whole', case: 'kept', oneOf: null, ...rule })
  t.equal(told('A, b', {}), 'A, b')
  t.equal(told(' A;q=1, b', { take: 'first' }), 'A')
  t.equal(told('A', { case: 'lower', oneOf: new Set(['a']) }), 'a')
  t.equal(told('A', { oneOf: new Set(['a']) }), 'other')
  t.equal(told('', { oneOf: new Set(['a']) }), 'other')
})

t.test('a client cannot key a field and have Connection take it away', async (t) => {
  t.same(shared({ 'X-Country': 'de', Connection: 'x-country' }, { key: { headers: { 'X-Country': {} } } }), {})
})

t.test('of a keyed cookie only the first is sent, as it is keyed, and the others with it', async (t) => {
  const rule = { key: { cookies: { lang: { oneOf: ['de', 'en'] } } } }
  t.same(shared({ Cookie: ['sid=1; lang=de', 'lang=<script>'] }, rule), { cookie: 'lang=de; sid=1' })
  t.same(shared({ Cookie: 'lang=fr' }, rule), { cookie: 'lang=other' })
  t.same(shared({ Cookie: 'sid=1' }, rule), { cookie: 'sid=1' })
})

t.test('cookies that are not keyed can be left out', async (t) => {
  const strip = { unkeyed: { cookies: 'strip' } }
  t.same(shared({ Cookie: 'sid=1; lang=de' }, strip), {})
  t.same(shared({ Cookie: 'sid=1; lang=de' }, { ...strip, key: { cookies: { lang: {} } } }), { cookie: 'lang=de' })
  t.same(shared({ Cookie: 'sid=1; lang=de' }, { ...strip, key: { identity: 'cookie:sid' } }), { cookie: 'sid=1' })
})

t.test('cookies of analytics can be left out, but for a keyed one', async (t) => {
  const rule = { key: { cookies: { _gid: {} } }, unkeyed: { trackingCookies: 'drop' } }
  t.same(shared({ Cookie: '_ga=1; _ga_X1=2; sid=1; _gid=3; __utmx=4' }, rule), { cookie: '_gid=3; sid=1; __utmx=4' })
  t.same(shared({ Cookie: '_ga=1; _fbp=2' }, rule), {})
})

t.test('where nothing unkeyed may pass, only what is keyed, named, or ours does', async (t) => {
  const lines = {
    Host: 'h',
    'X-A': '1',
    'X-B': '2',
    Accept: 'x',
    'Accept-Language': 'de',
    'Accept-Encoding': 'br,x',
    'User-Agent': 'u',
    Via: '1.1 v',
  }
  t.same(shared(lines, { key: { headers: { 'X-A': {} } }, unkeyed: { headers: 'strip', named: ['x-b'] } }), {
    ...{ host: 'h', 'x-a': '1', 'x-b': '2' },
    ...{ 'accept-encoding': 'br', 'user-agent': 'Weir' },
  })
  t.match(shared(lines, { unkeyed: { headers: 'strip', named: ['User-Agent', 'Accept'] } }), { 'user-agent': 'u', accept: 'x' })
})

t.test('codings are those of the rule, the language one of those there are', async (t) => {
  const rule = { vary: { codings: ['gzip'], languages: ['en', 'de'] } }
  t.same(shared({ 'Accept-Encoding': 'br, gzip', 'Accept-Language': 'de-AT' }, rule), {
    'accept-encoding': 'gzip',
    'accept-language': 'de',
  })
  t.same(shared({}, rule), { 'accept-language': 'en' }, 'no coding is asked for by who asked for none')
})

t.test('a device is told by its class, and nothing else of it', async (t) => {
  const lines = { 'User-Agent': 'secret', 'Sec-CH-UA-Model': 'secret', 'sec-ch-ua-mobile': '?1', 'X-UA-Device': 'secret' }
  const told = shared(lines, { key: { device: 'yes' } })
  t.match(told, { 'x-ua-device': 'phone', 'user-agent': /Mobile Safari/ })
  t.notMatch(JSON.stringify(told), /secret|sec-ch/)
  t.match(shared(lines, { key: { device: 'yes' }, unkeyed: { headers: 'strip' } }), { 'user-agent': /Mobile Safari/ })
})

t.test('a class of clients is told in a field of ours', async (t) => {
  t.match(shared({ 'X-Client-Class': 'admin' }, { key: { client: 'yes' } }), { 'x-client-class': 'person' })
})
