import t from 'tap'
import { MAX_VARIANT_BYTES, unshareable } from '../../../edge/cache/shareable.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeKeyPlan, makeRule } from './make-entry.ts'

type Lines = Record<string, string>
interface Case {
  readonly status?: number
  readonly rule?: Parameters<typeof makeKeyPlan>[0]
}
const fault = (request: Lines, answer: Lines, { status = 200, rule = {} }: Case = {}) =>
  unshareable(Fields.of(request), { status, fields: Fields.of(answer) }, makeKeyPlan(rule), makeRule())
const PLAIN = { 'Cache-Control': 'max-age=60' }

t.test('an ordinary answer to an ordinary request may be shared', async (t) => {
  t.equal(fault({ 'User-Agent': 'u', Accept: '*/*' }, PLAIN), null)
})

t.test('the answer to cookies may be, when its origin says that it is for everyone', async (t) => {
  const cookie = { Cookie: 'sid=1' }
  t.same(fault(cookie, PLAIN), { reason: 'cookie', field: 'cookie' })
  for (const directive of ['public, max-age=60', 's-maxage=60', 'public'])
    t.equal(fault(cookie, { 'Cache-Control': directive }), null, directive)
  t.equal(fault(cookie, { 'CDN-Cache-Control': 'max-age=60' }), null)
  t.match(fault(cookie, { 'CDN-Cache-Control': 'must-revalidate' }), { reason: 'cookie' })
  t.equal(fault(cookie, { ...PLAIN, Vary: 'Cookie' }), null, 'or that it is for these cookies')
})

t.test('keyed cookies are no reason, and the rule may take no notice of cookies', async (t) => {
  const key = { cookies: { lang: {} }, identity: 'cookie:sid' }
  t.equal(fault({ Cookie: 'lang=de; sid=1' }, PLAIN, { rule: { key } }), null)
  t.match(fault({ Cookie: 'lang=de; id=1' }, PLAIN, { rule: { key } }), { reason: 'cookie' })
  t.equal(fault({ Cookie: 'id=1' }, PLAIN, { rule: { unkeyed: { cookies: 'pass' } } }), null)
})

t.test('what varies by what the edge makes for each client fits no other', async (t) => {
  t.same(fault({}, { ...PLAIN, Vary: 'X-Forwarded-For' }), { reason: 'vary', field: 'x-forwarded-for' })
  t.equal(fault({}, { ...PLAIN, Vary: 'X-Forwarded-Proto' }), null, 'but the scheme is keyed')
})

t.test('a variant of too many bytes is none', async (t) => {
  const asked = (bytes: number) => fault({ 'X-A': 'a'.repeat(bytes) }, { ...PLAIN, Vary: 'X-A' })
  t.equal(asked(MAX_VARIANT_BYTES - 'x-a:\0'.length), null)
  t.match(asked(MAX_VARIANT_BYTES - 'x-a:\0'.length + 1), { reason: 'vary' })
})

t.test('an unkeyed field is told by name, unless the answer varies by it', async (t) => {
  t.same(fault({ 'HX-Request': 'true' }, PLAIN), { reason: 'unkeyed', field: 'hx-request' })
  t.equal(fault({ 'HX-Request': 'true' }, { ...PLAIN, Vary: 'HX-Request' }), null)
})

t.test('an answer that lets in the origin that asked, and does not vary by it, is for that origin', async (t) => {
  const asked = { Origin: 'https://a.example' }
  t.same(fault(asked, { ...PLAIN, 'Access-Control-Allow-Origin': 'https://a.example' }), { reason: 'unkeyed', field: 'origin' })
  t.equal(fault(asked, { ...PLAIN, 'Access-Control-Allow-Origin': 'https://a.example', Vary: 'Origin' }), null)
  t.equal(fault(asked, { ...PLAIN, 'Access-Control-Allow-Origin': '*' }), null)
  t.equal(fault({}, { ...PLAIN, 'Access-Control-Allow-Origin': 'https://a.example' }), null)
})

t.test('an error may be about a large head', async (t) => {
  const large = { Referer: 'x'.repeat(5_000) }
  t.same(fault(large, PLAIN, { status: 400 }), { reason: 'unkeyed', field: 'size' })
  t.equal(fault(large, PLAIN), null)
  t.equal(fault({ Referer: 'x' }, PLAIN, { status: 404 }), null)
})
