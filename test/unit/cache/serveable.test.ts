import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { requestDirectives } from '../../../edge/cache/request-directives.ts'
import { judge, usableOnError, usableWhileRevalidating } from '../../../edge/cache/serveable.ts'
import { parseCacheControl } from '../../../edge/http/cache-control.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, makeRule, RECEIVED_AT_MS } from './make-entry.ts'

// The entry is fresh for 10 s from RECEIVED_AT_MS on.
function judged(atMs: number, cacheControl = '', changes: Partial<Entry> = {}) {
  const request = requestDirectives(Fields.of(cacheControl === '' ? {} : { 'cache-control': cacheControl }), makeRule())
  return judge(makeEntry(changes), request, RECEIVED_AT_MS + atMs)
}

t.test('an entry is fresh until its lifetime is over, and then must be validated', async (t) => {
  t.equal(judged(0), 'fresh')
  t.equal(judged(9_999), 'fresh')
  t.equal(judged(10_000), 'stale-revalidate')
  t.equal(judged(0, '', { ageOnReceiptMs: 10_000 }), 'stale-revalidate')
})

t.test('the no-cache of an origin holds for fresh entries and against max-stale', async (t) => {
  t.equal(judged(0, '', { noCache: true }), 'stale-revalidate')
  t.equal(judged(0, 'max-stale', { noCache: true }), 'stale-revalidate')
})

t.test('a request may want a fresh entry validated, or a younger or longer-lived one', async (t) => {
  t.equal(judged(0, 'no-cache'), 'request-revalidate')
  t.equal(judged(5_000, 'max-age=5'), 'fresh')
  t.equal(judged(5_001, 'max-age=5'), 'request-revalidate')
  t.equal(judged(5_000, 'min-fresh=5'), 'fresh')
  t.equal(judged(5_001, 'min-fresh=5'), 'request-revalidate')
})

t.test('a request takes a stale entry as far as its max-stale goes', async (t) => {
  t.equal(judged(12_000, 'max-stale'), 'stale-allowed')
  t.equal(judged(12_000, 'max-stale=2'), 'stale-allowed')
  t.equal(judged(12_001, 'max-stale=2'), 'stale-revalidate')
})

t.test('max-stale does not help against must-revalidate, nor a request that wants more', async (t) => {
  t.equal(judged(12_000, 'max-stale', { mustRevalidate: true }), 'stale-revalidate')
  t.equal(judged(12_000, 'max-stale, no-cache'), 'stale-revalidate')
  t.equal(judged(12_000, 'max-stale, max-age=60'), 'stale-revalidate')
  t.equal(judged(12_000, 'max-stale, min-fresh=1'), 'stale-revalidate')
})

function usable(atMs: number, changes: Partial<Entry> = {}) {
  return usableOnError(makeEntry(changes), RECEIVED_AT_MS + atMs, makeRule({ staleIfErrorMs: 1_000 }))
}

t.test('an entry stands in for a failed origin for as long as the rule says', async (t) => {
  t.ok(usable(0))
  t.ok(usable(11_000))
  t.notOk(usable(11_001))
})

t.test('the origin itself may name another time, none included', async (t) => {
  t.ok(usable(15_000, { staleIfErrorMs: 5_000 }))
  t.notOk(usable(15_001, { staleIfErrorMs: 5_000 }))
  t.notOk(usable(10_001, { staleIfErrorMs: 0 }))
})

t.test('what must be validated never stands in once it is stale', async (t) => {
  t.ok(usable(9_999, { mustRevalidate: true }), 'it is still fresh')
  t.notOk(usable(10_000, { mustRevalidate: true, staleIfErrorMs: 5_000 }))
  t.notOk(usable(0, { noCache: true }))
})

function usableBehind(atMs: number, answer: string, request = '', changes: Partial<Entry> = {}) {
  return usableWhileRevalidating(makeEntry(changes), parseCacheControl([answer]), parseCacheControl([request]), RECEIVED_AT_MS + atMs)
}

t.test('a stale entry is served while it is validated only where its origin asked for that, and no longer', async (t) => {
  t.ok(usableBehind(15_000, 'stale-while-revalidate=5'))
  t.notOk(usableBehind(15_001, 'stale-while-revalidate=5'))
  t.notOk(usableBehind(10_001, 'max-age=10'))
  t.ok(usableBehind(15_000, 's-maxage=10, stale-while-revalidate=5'), 'both are for shared caches')
})

t.test('nothing is served stale that must be validated, nor to who insists', async (t) => {
  const allowed = 'stale-while-revalidate=60'
  t.notOk(usableBehind(11_000, `${allowed}, must-revalidate`))
  t.notOk(usableBehind(11_000, `${allowed}, proxy-revalidate`))
  t.notOk(usableBehind(11_000, allowed, '', { noCache: true }))
  for (const request of ['no-cache', 'max-age=60', 'min-fresh=1']) t.notOk(usableBehind(11_000, allowed, request), request)
})
