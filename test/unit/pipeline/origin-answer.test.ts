import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import type { Unanswered } from '../../../edge/pipeline/found.ts'
import { originAnswer } from '../../../edge/pipeline/origin-answer.ts'
import type { Fetched } from '../../../edge/pipeline/send-to-pool.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const MISS: Unanswered = { kind: 'miss', key: 'k', flight: null, waited: 'no' }

function answered(parts: { status?: number; headers?: Record<string, string>; found?: Unanswered; asking?: Asking; stored?: 'stored' }) {
  const { status = 200, headers = {}, found = MISS, asking = {}, stored = 'not-stored' } = parts
  const line = new Line({ pools: { a: {} }, routes: { all: { pool: 'a', cache: { maxEntryBytes: 1_024 } } } })
  const { asked, x } = line.asked(asking)
  const body = new ScriptedBody()
  let outlives = 0
  const fetched: Fetched = {
    answer: { status, fields: Fields.of(headers), body },
    requestedAtMs: 0,
    receivedAtMs: 0,
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
