import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import type { Unanswered } from '../../../edge/pipeline/found.ts'
import { hostFor, keptQuery, originRequest } from '../../../edge/pipeline/origin-request.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const line = new Line({
  pools: {
    plain: { peers: [{ address: 'origin.example:80' }, { address: 'unix:/run/app.sock' }] },
    own: { peers: [{ address: 'origin.example:443' }, { address: 'origin.example:8443' }], scheme: 'https', host: 'peer' },
  },
  routes: { all: { pool: 'plain', maxBodyBytes: 4, cache: { key: { dropQuery: ['utm_source'] } } } },
})
const MISS: Unanswered = { kind: 'miss', key: 'k', flight: null, waited: 'no' }
const BYPASS: Unanswered = { kind: 'bypass', reason: 'method' }
const ENTRY = makeEntry({ fields: Fields.of({ ETag: '"v1"', 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }) })
const STALE: Unanswered = { kind: 'stale', reason: 'stale', key: 'k', entry: ENTRY, flight: null, waited: 'no' }

function made(asking: Asking, found: Unanswered) {
  const { asked, x } = line.asked(asking)
  return originRequest(asked, found, x)
}

const CONDITIONS = {
  'If-None-Match': '"theirs"',
  'If-Modified-Since': 'Fri, 02 Jan 2026 00:00:00 GMT',
  'If-Match': '"m"',
  Range: 'bytes=0-1',
}

t.test('a fetch for everyone leaves out the conditions of one client, but for those that are the origin’s', async (t) => {
  const { fields } = made({ headers: CONDITIONS }, MISS)
  t.notOk(fields.has('if-none-match'))
  t.notOk(fields.has('if-modified-since'))
  t.equal(fields.get('if-match'), '"m"')
  t.equal(fields.get('range'), 'bytes=0-1')
})

t.test('what we hold is validated by its own validators', async (t) => {
  const { fields } = made({ headers: CONDITIONS }, STALE)
  t.equal(fields.get('if-none-match'), '"v1"')
  t.equal(fields.get('if-modified-since'), 'Thu, 01 Jan 2026 00:00:00 GMT')
})

t.test('a range that we cut ourselves does not reach the origin, nor the condition for it', async (t) => {
  const headers = { Range: 'bytes=0-1', 'If-Range': '"theirs"' }
  for (const name of ['range', 'if-range']) {
    t.ok(made({ headers }, MISS).fields.has(name), name)
    t.ok(made({ headers }, BYPASS).fields.has(name), name)
    t.notOk(made({ headers }, STALE).fields.has(name), name)
    t.notOk(made({ headers: { ...headers, Range: 'bytes=0-,0-' } }, MISS).fields.has(name), name)
  }
})

t.test('where the cache has no part, conditions and target pass as they came', async (t) => {
  const { fields, target } = made({ target: '/a?utm_source=x&b=1', headers: CONDITIONS }, BYPASS)
  t.equal(fields.get('if-none-match'), '"theirs"')
  t.equal(target, '/a?utm_source=x&b=1')
})

t.test('the origin is asked for exactly what was keyed', async (t) => {
  t.equal(made({ target: '/a?utm_source=x&b=1' }, MISS).target, '/a?b=1')
  const { asked } = line.asked({ target: '/a?utm_source=x&b=1' })
  t.equal(keptQuery(asked.request, asked.route), 'b=1')
})

t.test('a body that says it is too long is refused before anything is sent, one that proves to be while it flows', async (t) => {
  t.throws(() => made({ method: 'POST', body: new ScriptedBody(5) }, BYPASS), { code: 'BODY_TOO_LARGE' })
  const source = new ScriptedBody()
  const heard: unknown[] = []
  made({ method: 'POST', body: source }, BYPASS).body!.open({
    write: () => true,
    end() {},
    fail: (fault) => void heard.push(fault),
  })
  source.write('12345')
  t.match(heard, [{ code: 'BODY_TOO_LARGE' }])
})

t.test('what a slow origin leaves in memory of a request counts until it takes more', async (t) => {
  const source = new ScriptedBody()
  const { body } = made({ method: 'POST', body: source }, BYPASS)
  const flow = body!.open({ write: () => false, end() {}, fail() {} })
  source.write('ab')
  t.equal(line.budget.usedBytes, 2)
  flow.resume()
  t.match(line.budget, { usedBytes: 0, overgivenBytes: 0 })
})

t.test('the Host is the client’s, or the peer’s where the pool says so or there is no other', async (t) => {
  const { asked, x } = line.asked({ headers: { Host: 'shop.example:8080' } })
  const hosts = (poolId: string, request = asked.request) => {
    const pool = x.snapshot.pools.get(poolId)!
    return pool.peers.map((peer) => hostFor(peer, pool, request))
  }
  t.same(hosts('plain'), ['shop.example:8080', 'shop.example:8080'])
  t.same(hosts('own'), ['origin.example', 'origin.example:8443'])
  const nameless = line.asked({ version: '1.0', headers: { Host: null } }).asked.request
  t.same(hosts('plain', nameless), ['origin.example', 'localhost'])
})
