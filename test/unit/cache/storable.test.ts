import t from 'tap'
import { storable, type Unstorable } from '../../../edge/cache/storable.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRule, RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

interface Case {
  readonly method?: string
  readonly request?: Record<string, string>
  readonly status?: number
  readonly answer?: Record<string, string | string[]>
  readonly rule?: Parameters<typeof makeRule>[0]
}

function verdict({
  method = 'GET',
  request = {},
  status = 200,
  answer = { 'cache-control': 'max-age=60' },
  rule = {},
}: Case): Unstorable | 'yes' {
  const head = {
    status,
    fields: Fields.of({ date: RECEIVED_DATE, ...answer }),
    requestedAtMs: RECEIVED_AT_MS,
    receivedAtMs: RECEIVED_AT_MS,
  }
  const found = storable({ method, fields: Fields.of(request) }, head, makeRule(rule))
  return found.storable ? 'yes' : found.reason
}

t.test('an answer to GET with a lifetime is kept', async (t) => {
  t.equal(verdict({}), 'yes')
  for (const status of [200, 203, 204, 301, 308, 404, 410]) t.equal(verdict({ status }), 'yes', String(status))
})

t.test('a rule that is off keeps nothing', async (t) => {
  t.equal(verdict({ rule: { store: 'off' } }), 'off')
})

t.test('answers to other methods are not kept', async (t) => {
  for (const method of ['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get', 'QUERY']) t.equal(verdict({ method }), 'method', method)
})

t.test('errors that could take a page from everyone are not kept, whatever they say of themselves', async (t) => {
  for (const status of [400, 401, 403, 405, 414, 429, 431, 500, 501, 502, 503, 504, 302, 307, 304])
    t.equal(verdict({ status }), 'status', String(status))
})

t.test('a part of an answer is not kept', async (t) => {
  t.equal(verdict({ status: 206 }), 'partial')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', 'content-range': 'bytes 0-1/5' } }), 'yes', 'it says nothing with 200')
})

t.test('a request that carried a body or an override leaves nothing behind', async (t) => {
  t.equal(verdict({ request: { 'content-length': '3' } }), 'request-body')
  t.equal(verdict({ request: { 'content-length': 'x' } }), 'request-body')
  t.equal(verdict({ request: { 'transfer-encoding': 'chunked' } }), 'request-body')
  t.equal(verdict({ request: { 'content-length': '0' } }), 'yes')
  for (const name of ['X-HTTP-Method-Override', 'X-Method-Override', 'X-Original-URL', 'X-Rewrite-URL']) {
    t.equal(verdict({ request: { [name]: 'POST' } }), 'request-override', name)
  }
})

t.test('no-store on either side keeps nothing, but must-understand lifts that of the answer', async (t) => {
  t.equal(verdict({ request: { 'cache-control': 'no-store' } }), 'request-no-store')
  t.equal(verdict({ answer: { 'cache-control': 'no-store, max-age=60' } }), 'no-store')
  t.equal(verdict({ answer: { 'cache-control': 'no-store, must-understand, max-age=60' } }), 'yes')
})

t.test('private answers are not kept, in any spelling that has leaked elsewhere', async (t) => {
  for (const text of ['private', 'private=""', 'private=" x"', 'private="x-user"', 'private ="x"', 'max-age=60, PRIVATE']) {
    t.equal(verdict({ answer: { 'cache-control': `max-age=60, ${text}` } }), 'private', text)
  }
})

t.test('an answer to a request with Authorization needs the word of its origin', async (t) => {
  const request = { authorization: 'Basic eA==' }
  t.equal(verdict({ request }), 'authorization')
  for (const text of ['public', 's-maxage=60', 'must-revalidate']) {
    t.equal(verdict({ request, answer: { 'cache-control': `max-age=60, ${text}` } }), 'yes', text)
  }
})

t.test('an answer that sets a cookie is not kept', async (t) => {
  t.equal(verdict({ answer: { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=1' } }), 'set-cookie')
})

t.test('an answer that varies by everything, or by too much, is not kept', async (t) => {
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', vary: 'Accept, *' } }), 'vary')
  const many = Array.from({ length: 17 }, (_, i) => `x-${i}`).join()
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', vary: many } }), 'vary')
})

t.test('a body that says it is too long is not kept', async (t) => {
  const rule = { maxEntryBytes: 2_000 }
  t.equal(verdict({ rule, answer: { 'cache-control': 'max-age=60', 'content-length': '2001' } }), 'too-long')
  t.equal(verdict({ rule, answer: { 'cache-control': 'max-age=60', 'content-length': '2000' } }), 'yes')
})

t.test('without a lifetime an answer is kept only if the rule has a default for it', async (t) => {
  t.equal(verdict({ answer: {} }), 'no-lifetime')
  t.equal(verdict({ answer: { etag: '"1"' } }), 'no-lifetime', 'a validator alone is no reason')
  t.equal(verdict({ answer: {}, rule: { defaultTtlMs: 1_000 } }), 'yes')
  t.equal(verdict({ answer: {}, status: 404, rule: { defaultTtlMs: 1_000 } }), 'no-lifetime')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60' }, status: 404 }), 'yes')
})

t.test('an answer that is stale on arrival is kept only if it can be validated or may outlast its freshness', async (t) => {
  t.equal(verdict({ answer: { 'cache-control': 'max-age=0' } }), 'no-lifetime')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=0', etag: '"1"' } }), 'yes')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=0, stale-if-error=60' } }), 'yes')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=0, stale-while-revalidate=60' } }), 'yes')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', age: '60' } }), 'yes', 'it aged elsewhere, and may serve in an outage')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60, must-revalidate', age: '60' } }), 'no-lifetime')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', age: '660' } }), 'no-lifetime', 'nobody takes it that old')
})

t.test('no-cache is kept to be validated, if it can be', async (t) => {
  t.equal(verdict({ answer: { 'cache-control': 'no-cache' } }), 'no-validator')
  t.equal(verdict({ answer: { 'cache-control': 'no-cache', 'last-modified': RECEIVED_DATE } }), 'yes')
  t.equal(verdict({ answer: { 'cache-control': 'no-cache="x-user", max-age=60' } }), 'yes', 'all but that field may be used')
  t.equal(verdict({ answer: { 'cache-control': 'no-cache="", max-age=60' } }), 'no-validator')
})

t.test('a field for edges decides instead of Cache-Control', async (t) => {
  t.equal(verdict({ answer: { 'cache-control': 'no-store', 'cdn-cache-control': 'max-age=60' } }), 'yes')
  t.equal(verdict({ answer: { 'cache-control': 'max-age=60', 'cdn-cache-control': 'no-store' } }), 'no-store')
})

t.test('a rule may keep every status that its origin gives a lifetime', async (t) => {
  const rule = { statuses: 'standard', heuristicRatio: 0.1 } as const
  for (const status of [201, 299, 302, 307, 400, 403, 429, 431, 500, 503, 599, 999]) {
    t.equal(verdict({ status, rule }), 'yes', String(status))
    t.equal(verdict({ status, rule, answer: {} }), 'no-lifetime', String(status))
  }
  t.equal(verdict({ status: 304, rule }), 'status')
  t.equal(verdict({ status: 206, rule }), 'partial')
})

t.test('must-understand keeps what is not understood away, and no-store with it what is', async (t) => {
  const rule = { statuses: 'standard' } as const
  const answer = { 'cache-control': 'max-age=60, no-store, must-understand' }
  t.equal(verdict({ status: 599, rule, answer }), 'status')
  t.equal(verdict({ status: 599, rule, answer: { 'cache-control': 'max-age=60, must-understand' } }), 'status')
  t.equal(verdict({ status: 403, rule, answer }), 'yes')
})

t.test('an answer with a cookie is kept by a rule that says what becomes of it', async (t) => {
  const answer = { 'cache-control': 'max-age=60', 'set-cookie': 'a=1' }
  t.equal(verdict({ answer, rule: { unkeyed: { ...makeRule().unkeyed, setCookie: 'drop' } } }), 'yes')
  t.equal(verdict({ answer, rule: { unkeyed: { ...makeRule().unkeyed, setCookie: 'keep' } } }), 'yes')
})
