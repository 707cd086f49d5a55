import t from 'tap'
import { refreshed, updatedByHead, validationFields } from '../../../edge/cache/validation.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, makeRule, RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

const MODIFIED = 'Wed, 31 Dec 2025 00:00:00 GMT'
const LATER_MS = RECEIVED_AT_MS + 60_000
const LATER_DATE = 'Thu, 01 Jan 2026 12:01:00 GMT'

const entryWith = (record: Record<string, string>) =>
  makeEntry({
    fields: Fields.of({ Date: RECEIVED_DATE, 'Content-Type': 'text/plain', ...record }),
    tags: ['a'],
    varyNames: ['x'],
    variant: 'x:1',
  })

function renewed(kept: Record<string, string>, answer: Record<string, string | string[]>) {
  const notModified = { fields: Fields.of(answer), requestedAtMs: LATER_MS - 30, receivedAtMs: LATER_MS, fillSeq: 5 }
  return refreshed(entryWith(kept), notModified, makeRule())
}

t.test('an entry is validated by all the validators it has', async (t) => {
  t.same(validationFields(entryWith({ ETag: 'W/"1"', 'Last-Modified': MODIFIED })), [
    ['If-None-Match', 'W/"1"'],
    ['If-Modified-Since', MODIFIED],
  ])
  t.same(validationFields(entryWith({})), [])
  t.same(
    validationFields(entryWith({ ETag: 'unquoted', 'Last-Modified': 'never' })),
    [['If-None-Match', 'unquoted']],
    'as its origin wrote it',
  )
})

t.test('a 304 gives the entry its fields, its times and a new freshness, and leaves the body', async (t) => {
  const entry = renewed(
    { ETag: '"1"', 'X-Old': 'a', 'X-Gone': 'b' },
    { Date: LATER_DATE, ETag: '"1"', 'Cache-Control': 'max-age=9', 'X-Old': ['c', 'd'], Age: '3' },
  )
  t.match(entry, {
    status: 200,
    requestedAtMs: LATER_MS - 30,
    receivedAtMs: LATER_MS,
    ageOnReceiptMs: 3_030,
    lifetimeMs: 9_000,
    fillSeq: 5,
  })
  t.match(entry, { tags: ['a'], varyNames: ['x'], variant: 'x:1' })
  t.equal(Buffer.from(entry!.body).toString(), 'hello')
  t.same(entry?.fields.getAll('x-old'), ['c', 'd'])
  t.equal(entry?.fields.get('x-gone'), 'b', 'what the 304 does not name stays')
  t.equal(entry?.fields.get('date'), LATER_DATE)
})

t.test('a 304 without a Date makes the entry as old as its arrival, not as the old Date', async (t) => {
  const entry = renewed({ ETag: '"1"' }, { ETag: '"1"' })
  t.equal(entry?.ageOnReceiptMs, 30)
  t.equal(entry?.fields.get('date'), LATER_DATE)
})

t.test('a 304 cannot change what describes the body', async (t) => {
  const entry = renewed(
    { ETag: '"1"', 'Content-Encoding': 'gzip' },
    { ETag: '"1"', 'Content-Encoding': 'br', 'Content-Length': '0', 'Content-Range': 'x' },
  )
  t.equal(entry?.fields.get('content-encoding'), 'gzip')
  t.notOk(entry?.fields.has('content-length'))
  t.notOk(entry?.fields.has('content-range'))
})

t.test('a cookie or a hop-by-hop field of a 304 is not kept', async (t) => {
  const entry = renewed({ ETag: '"1"' }, { ETag: '"1"', 'Set-Cookie': 'a=1', Connection: 'x-hop', 'X-Hop': '1' })
  t.notOk(entry?.fields.has('set-cookie'))
  t.notOk(entry?.fields.has('x-hop'))
})

t.test('a 304 about another answer renews nothing', async (t) => {
  t.equal(renewed({ ETag: '"1"' }, { ETag: '"2"' }), null)
  t.equal(renewed({ 'Last-Modified': MODIFIED }, { ETag: '"2"' }), null)
  t.equal(renewed({ 'Last-Modified': MODIFIED }, { 'Last-Modified': LATER_DATE }), null)
})

t.test('a 304 that names no validator, or the same one, is about the entry', async (t) => {
  t.ok(renewed({ ETag: '"1"' }, { Date: LATER_DATE }))
  t.ok(renewed({ ETag: 'W/"1"' }, { ETag: '"1"' }))
  t.ok(renewed({ 'Last-Modified': MODIFIED }, { 'Last-Modified': MODIFIED }))
  t.ok(renewed({ ETag: '"1"', 'Last-Modified': MODIFIED }, { 'Last-Modified': LATER_DATE }), 'the origin compared the tag')
})

function afterHead(kept: Record<string, string>, answer: Record<string, string>) {
  const head = { fields: Fields.of(answer), requestedAtMs: LATER_MS - 30, receivedAtMs: LATER_MS, fillSeq: 5 }
  return updatedByHead(entryWith(kept), head, makeRule())
}

t.test('the answer to a HEAD makes what is kept new', async (t) => {
  const entry = afterHead({ ETag: '"1"', 'X-Old': 'a' }, { ETag: '"1"', 'Content-Length': '5', 'Cache-Control': 'max-age=9', 'X-New': 'b' })
  t.match(entry, { lifetimeMs: 9_000, receivedAtMs: LATER_MS })
  t.same([entry.fields.get('x-old'), entry.fields.get('x-new')], ['a', 'b'])
  t.equal(afterHead({}, { 'Cache-Control': 'max-age=9' }).lifetimeMs, 9_000, 'nothing to differ in')
})

t.test('a HEAD that is about another body makes what is kept stale', async (t) => {
  for (const answer of [{ ETag: '"2"' }, { 'Last-Modified': MODIFIED }, { 'Content-Length': '6' }]) {
    const entry = afterHead({ ETag: '"1"' }, { 'Cache-Control': 'max-age=9', ...answer } as Record<string, string>)
    t.equal(entry.lifetimeMs, 0, JSON.stringify(answer))
  }
})
