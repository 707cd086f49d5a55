import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import type { Unanswered } from '../../../edge/pipeline/found.ts'
import { originAnswer } from '../../../edge/pipeline/origin-answer.ts'
import type { Fetched } from '../../../edge/pipeline/send-to-pool.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { readBody } from '../../support/read-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const MISS: Unanswered = { kind: 'miss', key: 'k', flight: null, waited: 'no' }

interface Parts {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly found?: Unanswered
  readonly asking?: Asking
  readonly stored?: 'stored'
  readonly lengthBytes?: number
}

function answered(parts: Parts) {
  const { status = 200, headers = {}, found = MISS, asking = {}, stored = 'not-stored', lengthBytes = null } = parts
  const line = new Line({ pools: { a: {} }, routes: { all: { pool: 'a', cache: { maxEntryBytes: 1_024 } } } })
  const { asked, x } = line.asked(asking)
  const body = new ScriptedBody(lengthBytes)
  let outlives = 0
  const fetched: Fetched = {
    answer: { status, fields: Fields.of(headers), body },
    requestedAtMs: 0,
    receivedAtMs: 0,
    fillSeq: 0,
    tags: null,
    outliveClient: () => void outlives++,
  }
  const answer = originAnswer(asked, fetched, body, { found, stored }, x)
  return { answer, body, outlives: () => outlives, cacheStatus: answer.fields.get('cache-status') }
}

t.test('end-to-end fields pass, those of one connection do not', async (t) => {
  const { answer, body } = answered({ headers: { Connection: 'X-Hop', 'X-Hop': '1', 'Keep-Alive': 'x', 'Content-Length': '5', Age: '3' } })
  t.same(
    [...answer.fields].map(([name]) => name),
    ['Content-Length', 'Age', 'Cache-Status'],
  )
  t.equal(answer.body, body)
  t.equal(answer.servedBy, 'origin')
})

t.test('Cache-Status says why it went forward', async (t) => {
  const entry = makeEntry()
  const stale: Unanswered = { kind: 'stale', reason: 'stale', key: 'k', entry, flight: null, waited: 'no' }
  t.equal(answered({}).cacheStatus, 'edge-1;fwd=uri-miss')
  t.equal(answered({ stored: 'stored' }).cacheStatus, 'edge-1;fwd=uri-miss;stored')
  t.equal(answered({ found: { ...MISS, waited: 'tried' } }).cacheStatus, 'edge-1;fwd=uri-miss;collapsed=?0')
  t.equal(answered({ headers: { Vary: 'Accept' } }).cacheStatus, 'edge-1;fwd=miss', 'another variant may be there')
  t.equal(answered({ found: stale }).cacheStatus, 'edge-1;fwd=stale;fwd-status=200')
  t.equal(answered({ found: { ...stale, reason: 'request' } }).cacheStatus, 'edge-1;fwd=request;fwd-status=200')
  t.equal(answered({ found: { kind: 'bypass', reason: 'method' } }).cacheStatus, 'edge-1;fwd=method')
  t.equal(answered({ headers: { 'Cache-Status': 'shield; hit' } }).cacheStatus, 'shield; hit, edge-1;fwd=uri-miss')
})

const HAS_IT: Asking = { headers: { 'If-None-Match': '"v1"' } }

t.test('a client that has it already gets 304 at once, while the fetch goes on without it', async (t) => {
  const { answer, body, outlives } = answered({ asking: HAS_IT, headers: { ETag: '"v1"', 'Content-Type': 'text/plain' } })
  t.match(answer, { status: 304, body: null })
  t.notOk(answer.fields.has('content-type'))
  t.equal(outlives(), 1)
  body.write('page').end()
  t.equal(body.state, 'ended')
})

t.test('a body that nobody could keep is not read on for nobody', async (t) => {
  const { body } = answered({ asking: HAS_IT, headers: { ETag: '"v1"' } })
  body.write('a'.repeat(1_024))
  t.equal(body.state, 'open')
  body.write('a')
  t.equal(body.state, 'cancelled')
})

t.test('where the cache has no part, a condition was the origin’s to judge', async (t) => {
  const { answer } = answered({ asking: HAS_IT, headers: { ETag: '"v1"' }, found: { kind: 'bypass', reason: 'bypass' } })
  t.equal(answer.status, 200)
})

t.test('a 204 has no body for the client, but an end that the cache must see', async (t) => {
  const { answer, body } = answered({ status: 204 })
  t.match(answer, { status: 204, body: null })
  t.equal(body.end().state, 'ended')
})

const asking = (range: string, more: Record<string, string> = {}): Asking => ({ headers: { Range: range, ...more } })

t.test('a part is cut out of what is being kept, while the fetch goes on', async (t) => {
  const { answer, body, outlives } = answered({ asking: asking('bytes=2-3'), stored: 'stored', lengthBytes: 5 })
  t.equal(answer.status, 206)
  t.equal(answer.fields.get('content-range'), 'bytes 2-3/5')
  t.equal(answer.body?.lengthBytes, 2)
  t.equal(outlives(), 1)
  const read = readBody(answer.body)
  body.write('01234').end()
  t.same(await read, { text: '23', fault: null })
  t.equal(body.state, 'ended')
})

t.test('beyond its end there is a 416, and the rest is read for the cache', async (t) => {
  const { answer, body } = answered({ asking: asking('bytes=5-'), stored: 'stored', lengthBytes: 5, headers: { ETag: '"v1"' } })
  t.match(answer, { status: 416, body: { lengthBytes: 0 } })
  t.equal(answer.fields.get('content-range'), 'bytes */5')
  body.write('01234').end()
  t.equal(body.state, 'ended')
})

t.test('what is not kept, of unknown length, wanted in several parts or of another version comes whole', async (t) => {
  const kept = { stored: 'stored', lengthBytes: 5 } as const
  const cases: Parts[] = [
    { asking: asking('bytes=2-3'), lengthBytes: 5 },
    { asking: asking('bytes=2-3'), stored: 'stored' },
    { asking: asking('bytes=0-0,2-3'), ...kept },
    { asking: asking('bytes=2-3', { 'If-Range': '"v0"' }), headers: { ETag: '"v1"' }, ...kept },
    { asking: asking('rubbish'), ...kept },
    { asking: { ...asking('bytes=2-3'), method: 'HEAD' }, ...kept },
  ]
  for (const parts of cases) {
    const { answer, body } = answered(parts)
    t.equal(answer.status, 200, JSON.stringify(parts))
    t.equal(answer.body, body)
  }
})
