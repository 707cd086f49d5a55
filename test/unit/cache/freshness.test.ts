import t from 'tap'
import { answerPolicy } from '../../../edge/cache/answer-policy.ts'
import { ageField, ageOnReceiptMs, currentAgeMs, explicitLifetimeMs, lifetimeMs, remainingMs } from '../../../edge/cache/freshness.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, makeRule, RECEIVED_AT_MS, RECEIVED_DATE } from './make-entry.ts'

function lifetime(record: Record<string, string | string[]>, rule = makeRule(), status = 200): number {
  const fields = Fields.of({ date: RECEIVED_DATE, ...record })
  return lifetimeMs({ status, fields, receivedAtMs: RECEIVED_AT_MS }, answerPolicy(fields, rule), rule)
}

t.test('s-maxage comes before max-age, and either before Expires', async (t) => {
  const expires = 'Thu, 01 Jan 2026 12:05:00 GMT'
  t.equal(lifetime({ 'cache-control': 'max-age=60, s-maxage=30', expires }), 30_000)
  t.equal(lifetime({ 'cache-control': 'max-age=60', expires }), 60_000)
  t.equal(lifetime({ expires }), 300_000)
})

t.test('Expires counts from the Date of the answer, or from its arrival without one', async (t) => {
  const expires = 'Thu, 01 Jan 2026 12:05:00 GMT'
  t.equal(lifetime({ expires, date: 'Thu, 01 Jan 2026 12:04:00 GMT' }), 60_000)
  const fields = Fields.of({ expires })
  t.equal(explicitLifetimeMs({ fields, receivedAtMs: RECEIVED_AT_MS }, answerPolicy(fields, makeRule())), 300_000)
})

t.test('Expires that is past or unreadable means expired, not unknown', async (t) => {
  const rule = makeRule({ defaultTtlMs: 5_000 })
  t.equal(lifetime({ expires: 'Thu, 01 Jan 2026 11:00:00 GMT' }, rule), 0)
  t.equal(lifetime({ expires: '0' }, rule), 0)
  t.equal(lifetime({ expires: ['Thu, 01 Jan 2026 12:05:00 GMT', '0'] }, rule), 300_000, 'of several the first counts')
})

t.test('with a field for edges neither Cache-Control nor Expires gives a lifetime', async (t) => {
  const record = { 'cdn-cache-control': 'public', 'cache-control': 'max-age=60', expires: 'Thu, 01 Jan 2026 12:05:00 GMT' }
  t.equal(lifetime(record), 0)
  t.equal(lifetime(record, makeRule({ defaultTtlMs: 7_000 })), 7_000)
})

t.test('the default of the rule fills silence for good answers only', async (t) => {
  const rule = makeRule({ defaultTtlMs: 5_000 })
  t.equal(lifetime({}, rule), 5_000)
  t.equal(lifetime({ 'cache-control': 'public' }, rule), 5_000)
  t.equal(lifetime({ 'cache-control': 'max-age=0' }, rule), 0)
  for (const status of [404, 410, 500, 503, 403]) t.equal(lifetime({}, rule, status), 0, String(status))
  t.equal(lifetime({ 'cache-control': 'max-age=9' }, rule, 404), 9_000)
})

t.test('no answer is fresh for longer than the rule allows', async (t) => {
  const rule = makeRule({ maxTtlMs: 1_000, defaultTtlMs: 5_000 })
  t.equal(lifetime({ 'cache-control': 'max-age=60' }, rule), 1_000)
  t.equal(lifetime({}, rule), 1_000)
})

function age(record: Record<string, string | string[]>, waitedMs = 0): number {
  return ageOnReceiptMs(Fields.of(record), { requestedAtMs: RECEIVED_AT_MS - waitedMs, receivedAtMs: RECEIVED_AT_MS })
}

t.test('an answer is as old as its Age and the wait for it, or as its Date says, whichever is more', async (t) => {
  t.equal(age({ date: RECEIVED_DATE }), 0)
  t.equal(age({ date: RECEIVED_DATE, age: '50' }, 250), 50_250)
  t.equal(age({ date: 'Thu, 01 Jan 2026 11:58:00 GMT', age: '50' }), 120_000)
  t.equal(age({ date: 'Thu, 01 Jan 2026 13:00:00 GMT' }), 0, 'a clock that is ahead makes nothing younger')
  t.equal(age({}, 100), 100, 'without a Date it counts as made when it came')
})

t.test('of several Ages the first counts, and one that is no number is ignored', async (t) => {
  t.equal(age({ date: RECEIVED_DATE, age: ['7', '9'] }), 7_000)
  for (const value of ['-1', '1.5', 'x', '"7"', '']) t.equal(age({ date: RECEIVED_DATE, age: value }), 0, value)
  t.equal(age({ date: RECEIVED_DATE, age: '99999999999' }), 2 ** 31 * 1000)
})

t.test('an entry ages with the clock, never backwards, and is stale when its age reaches its lifetime', async (t) => {
  const entry = makeEntry({ ageOnReceiptMs: 4_000, lifetimeMs: 10_000 })
  t.equal(currentAgeMs(entry, RECEIVED_AT_MS + 1_500), 5_500)
  t.equal(currentAgeMs(entry, RECEIVED_AT_MS - 99_000), 4_000)
  t.equal(remainingMs(entry, RECEIVED_AT_MS + 5_999), 1)
  t.equal(remainingMs(entry, RECEIVED_AT_MS + 6_000), 0)
  t.equal(ageField(entry, RECEIVED_AT_MS + 1_999), '5')
})

t.test('freshness is guessed from Last-Modified only where the rule has a ratio and nothing explicit is said', async (t) => {
  const modified = { 'last-modified': 'Thu, 01 Jan 2026 11:50:00 GMT' }
  const rule = makeRule({ heuristicRatio: 0.1, heuristicMaxMs: 90_000, defaultTtlMs: 7_000 })
  t.equal(lifetime(modified), 0, 'no ratio, no guess')
  t.equal(lifetime(modified, rule), 60_000)
  t.equal(lifetime({ 'last-modified': 'Thu, 01 Jan 2026 11:00:00 GMT' }, rule), 90_000, 'bounded')
  t.equal(lifetime({ 'last-modified': 'Thu, 01 Jan 2026 13:00:00 GMT' }, rule), 0, 'from the future')
  t.equal(lifetime({ ...modified, 'cache-control': 'max-age=5' }, rule), 5_000)
  t.equal(lifetime({ 'last-modified': 'yesterday' }, rule), 7_000, 'no date, so the number of the rule')
  t.equal(lifetime({}, rule), 7_000)
})

t.test('freshness is guessed of statuses that are cacheable by themselves, or marked public', async (t) => {
  const modified = { 'last-modified': 'Thu, 01 Jan 2026 11:50:00 GMT' }
  const rule = makeRule({ heuristicRatio: 0.1 })
  for (const status of [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
    t.equal(lifetime(modified, rule, status), 60_000, String(status))
  for (const status of [201, 202, 302, 403, 500, 502, 503, 504, 599]) t.equal(lifetime(modified, rule, status), 0, String(status))
  t.equal(lifetime({ ...modified, 'cache-control': 'public' }, rule, 599), 60_000)
})

t.test('parameters behind an Age do not make an answer younger', async (t) => {
  const age = (text: string) => ageOnReceiptMs(Fields.of({ age: text }), { requestedAtMs: RECEIVED_AT_MS, receivedAtMs: RECEIVED_AT_MS })
  t.equal(age('7200;foo=bar'), 7_200_000)
  t.equal(age('7200, 0'), 7_200_000)
  t.equal(age('0, 7200'), 0)
  for (const text of ['-7200', '7200.0', 'abc', '7200 foo', '']) t.equal(age(text), 0, text)
})
