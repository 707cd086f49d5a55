import t from 'tap'
import { type Fill, newEntry } from '../../../edge/cache/new-entry.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRule, RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

function filled(record: Record<string, string>, changes: Partial<Fill> = {}, rule = makeRule()) {
  const fill: Fill = {
    status: 200,
    fields: Fields.of({ date: RECEIVED_DATE, ...record }),
    body: new Uint8Array([1, 2, 3]),
    requestedAtMs: RECEIVED_AT_MS - 100,
    receivedAtMs: RECEIVED_AT_MS,
    varyNames: ['accept'],
    variant: 'accept:x',
    tags: ['shop'],
    fillSeq: 7,
    ...changes,
  }
  return newEntry(fill, rule)
}

t.test('an answer becomes an entry with its times and what it is told apart by', async (t) => {
  const entry = filled({ 'cache-control': 'max-age=60, stale-if-error=5', age: '9', etag: '"1"' })
  t.match(entry, {
    status: 200,
    requestedAtMs: RECEIVED_AT_MS - 100,
    receivedAtMs: RECEIVED_AT_MS,
    ageOnReceiptMs: 9_100,
    lifetimeMs: 60_000,
    staleIfErrorMs: 5_000,
    mustRevalidate: false,
    noCache: false,
    varyNames: ['accept'],
    variant: 'accept:x',
    tags: ['shop'],
    fillSeq: 7,
  })
  t.same([...entry.body], [1, 2, 3])
  t.notOk(entry.fields.has('age'), 'its age is kept as a number')
})

t.test('must-revalidate, proxy-revalidate and s-maxage all forbid stale use', async (t) => {
  for (const text of ['must-revalidate', 'proxy-revalidate', 's-maxage=60']) t.ok(filled({ 'cache-control': text }).mustRevalidate, text)
  t.notOk(filled({ 'cache-control': 'max-age=60' }).mustRevalidate)
  t.ok(filled({ 'cache-control': 'no-cache' }).noCache)
  t.notOk(filled({ 'cache-control': 'no-cache="x-user"' }).noCache, 'a list of fields speaks of those alone')
  t.notOk(filled({ 'cache-control': 'no-cache="x-user"', 'x-user': 'ann' }).fields.has('x-user'))
})

t.test('an origin that says nothing of errors leaves them to the rule', async (t) => {
  t.equal(filled({ 'cache-control': 'max-age=60' }).staleIfErrorMs, null)
})

// 60 s of lifetime, 0.1 s of it gone on the way.
const FRESH_UNTIL_MS = RECEIVED_AT_MS + 59_900

t.test('an entry is kept past its freshness for as long as it may be of use', async (t) => {
  const rule = makeRule({ keepStaleMs: 30_000, staleIfErrorMs: 10_000 })
  const keptFor = (cacheControl: string, more = {}) =>
    filled({ 'cache-control': cacheControl, ...more }, {}, rule).keepUntilMs - FRESH_UNTIL_MS
  t.equal(keptFor('max-age=60'), 30_000)
  t.equal(keptFor('max-age=60, stale-if-error=90'), 90_000)
  t.equal(keptFor('max-age=60, must-revalidate'), 0, 'it can neither be used nor validated')
  t.equal(keptFor('max-age=60, must-revalidate', { etag: '"1"' }), 30_000)
})

t.test('the body is kept in a buffer of its size', async (t) => {
  t.equal(filled({}, { body: Buffer.from('pooled') }).body.buffer.byteLength, 6)
})
