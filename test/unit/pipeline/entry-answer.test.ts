import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { appendCacheStatus, entryAnswer, isNotModified } from '../../../edge/pipeline/entry-answer.ts'
import { PIECE_BYTES } from '../../../edge/pipeline/paced-body.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { makeEntry } from '../cache/make-entry.ts'

const HIT = { outcome: { kind: 'hit', ttlMs: 5_000, level: 'L1' }, servedBy: 'hit' } as const

function answerTo(asking: Asking, entryFields: Record<string, string> = {}) {
  const line = new Line()
  const { asked, x } = line.asked(asking)
  const fields = Fields.of({ 'Content-Type': 'text/plain', 'Content-Language': 'de', ETag: '"v1"', ...entryFields })
  const entry = makeEntry({ fields, receivedAtMs: line.clock.wallMs() - 5_500 })
  return { answer: entryAnswer(asked.request, entry, { ...HIT, nowMs: line.clock.wallMs() }, x), entry }
}

t.test('an entry answers with its age and with what the cache did, and is not changed by that', async (t) => {
  const { answer, entry } = answerTo({}, { 'Cache-Status': 'shield;hit' })
  t.equal(answer.status, 200)
  t.equal(answer.fields.get('age'), '5')
  t.equal(answer.fields.get('cache-status'), 'shield;hit, edge-1;hit;ttl=5;detail=L1')
  t.equal(answer.body?.lengthBytes, 5)
  t.notOk(entry.fields.has('age'))
})

t.test('HEAD hears how long the body would be', async (t) => {
  t.equal(answerTo({ method: 'HEAD' }).answer.fields.get('content-length'), '5')
})

t.test('a long body comes in pieces, and who is slow to read it keeps it in the budget', async (t) => {
  const line = new Line()
  const { asked, x } = line.asked()
  const entry = makeEntry({ body: Buffer.alloc(3 * PIECE_BYTES, 'a') })
  const pieces: number[] = []
  const flow = entryAnswer(asked.request, entry, { ...HIT, nowMs: line.clock.wallMs() }, x).body!.open({
    write: (piece) => pieces.push(piece.byteLength) < 2,
    end() {},
    fail() {},
  })
  t.same(pieces, [PIECE_BYTES, PIECE_BYTES])
  t.equal(line.budget.usedBytes, 3 * PIECE_BYTES)
  flow.cancel()
  t.equal(line.budget.usedBytes, 0)
})

t.test('who has it already gets 304, without what describes the body and with all else', async (t) => {
  const { answer } = answerTo({ headers: { 'If-None-Match': 'W/"v1"' } }, { 'Cache-Control': 'max-age=60', Vary: 'Accept' })
  t.match(answer, { status: 304, body: null })
  for (const name of ['etag', 'cache-control', 'vary', 'age', 'cache-status']) t.ok(answer.fields.has(name), name)
  for (const name of ['content-type', 'content-language', 'content-length']) t.notOk(answer.fields.has(name), name)
})

t.test('only conditions meant for caches count, and only for a 2xx to GET and HEAD', async (t) => {
  const fields = Fields.of({ ETag: '"v1"', 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })
  const seen = (headers: Record<string, string>, status = 200, method = 'GET') =>
    isNotModified(new Line().asked({ method, headers }).asked.request, status, fields, 0)
  t.equal(seen({}), false)
  t.equal(seen({ 'If-None-Match': '"v1"' }), true)
  t.equal(seen({ 'If-None-Match': '"v2"' }), false)
  t.equal(seen({ 'If-Modified-Since': 'Thu, 01 Jan 2026 00:00:00 GMT' }), true)
  t.equal(seen({ 'If-None-Match': '"v2"', 'If-Modified-Since': 'Thu, 01 Jan 2026 00:00:00 GMT' }), false)
  t.equal(seen({ 'If-Match': '"v2"' }), false, 'a 412 is the origin’s to say (RFC 9111 §4.3.2)')
  t.equal(seen({ 'If-Match': '"v2"', 'If-None-Match': '"v1"' }), true)
  t.equal(seen({ 'If-None-Match': '"v1"' }, 404), false)
  t.equal(seen({ 'If-None-Match': '"v1"' }, 200, 'POST'), false)
})

t.test('the member of this cache stands behind those nearer the origin', async (t) => {
  const fields = Fields.of({ 'Cache-Status': ['a;hit', 'b;fwd=miss'] })
  appendCacheStatus(fields, 'c;hit')
  t.equal(fields.get('cache-status'), 'a;hit, b;fwd=miss, c;hit')
})
