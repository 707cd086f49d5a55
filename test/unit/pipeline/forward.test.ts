import t from 'tap'
import type { Abort } from '../../../edge/base/abort.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { forward, poolIdOf } from '../../../edge/pipeline/forward.ts'
import type { Unanswered } from '../../../edge/pipeline/found.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { makeEntry } from '../cache/make-entry.ts'

const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }], tries: 1 }, slow: { peers: [{ address: '127.0.0.1:2' }] } },
  fallbacks: { resting: { status: 503, body: 'resting' } },
  routes: {
    all: { pool: 'shop', crawlerPool: 'slow' },
    soft: { path: '/soft', pool: 'shop', degrade: { fallback: 'resting' } },
    none: { path: '/none', respond: 'resting' },
  },
}

/** A lookup's end, with what its flight was told. */
function ending(kind: 'miss' | 'stale', line: Line, changes: object = {}) {
  const finished: string[] = []
  const wantedWith = (client: Abort) => client
  const flight = {
    role: 'leader',
    begin() {},
    wantedWith,
    finish: (outcome: { kind: string }) => void finished.push(outcome.kind),
  } as const
  const receivedAtMs = line.clock.wallMs()
  const entry = makeEntry({ receivedAtMs, lifetimeMs: 0, fields: Fields.of({ ETag: '"v1"', 'Cache-Control': 'max-age=5' }), ...changes })
  const found: Unanswered =
    kind === 'miss' ? { kind, key: 'k', flight, waited: 'no' } : { kind, reason: 'stale', key: 'k', entry, flight, waited: 'no' }
  return { found, finished }
}

function ask(line: Line, found: Unanswered, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  return { forwarding: forward(asked, found, x), x }
}

t.test('what the origin sends goes on to be looked at, its flight still open', async (t) => {
  const line = new Line(SITE)
  const { found, finished } = ending('miss', line)
  const { forwarding, x } = ask(line, found)
  t.match(await forwarding, { kind: 'fetched', fetched: { answer: { status: 200 } } })
  t.same(finished, [])
  t.equal(x.why.pool, 'shop')
})

t.test('crawlers have the pool that is meant for them', async (t) => {
  const line = new Line(SITE)
  t.equal(poolIdOf(line.asked().asked), 'shop')
  t.equal(poolIdOf(line.asked({ headers: { 'User-Agent': 'Googlebot/2.1' } }).asked), 'slow')
  t.equal(poolIdOf(line.asked({ target: '/soft', headers: { 'User-Agent': 'Googlebot/2.1' } }).asked), 'shop')
})

t.test('a 304 renews what is held, and its body is let go', async (t) => {
  const line = new Line(SITE)
  line.upstream.will({ status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=60' } })
  const forwarded = await ask(line, ending('stale', line).found).forwarding
  t.match(forwarded, { kind: 'renewed', entry: { lifetimeMs: 60_000 } })
  t.equal(line.upstream.sent[0]!.fields.get('if-none-match'), '"v1"')
  t.ok(line.upstream.bodies[0]!.over)
  t.equal(line.atPeers, 0)
})

t.test('a 304 about something else is asked again without conditions', async (t) => {
  const line = new Line(SITE)
  line.upstream.will({ status: 304, headers: { ETag: '"v2"' } }, { body: 'whole' })
  t.match(await ask(line, ending('stale', line).found).forwarding, { kind: 'fetched', fetched: { answer: { status: 200 } } })
  t.notOk(line.upstream.sent[1]!.fields.has('if-none-match'))
  t.ok(line.upstream.bodies[0]!.over)
})

t.test('an origin that fails is stood in for by what is stale, and nobody goes on waiting', async (t) => {
  for (const status of [500, 502, 503, 504]) {
    const line = new Line(SITE)
    line.upstream.will({ status, body: new ScriptedBody() })
    const { found, finished } = ending('stale', line)
    const { forwarding, x } = ask(line, found)
    const forwarded = await forwarding
    t.match(forwarded, { kind: 'answered', answer: { status: 200, servedBy: 'stale' } })
    const { fields } = (forwarded as Extract<typeof forwarded, { kind: 'answered' }>).answer
    t.equal(fields.get('cache-status'), `edge-1;fwd=stale;fwd-status=${status}`)
    t.equal(x.why.cache, 'stale-if-error')
    t.same(finished, ['failed'])
    t.equal(line.upstream.bodies[0]!.state, 'cancelled')
  }
})

t.test('an error that is an answer is passed on as one', async (t) => {
  const line = new Line(SITE)
  line.upstream.will({ status: 404 })
  t.match(await ask(line, ending('stale', line).found).forwarding, { kind: 'fetched', fetched: { answer: { status: 404 } } })
  line.upstream.will({ status: 503 })
  t.match(await ask(line, ending('miss', line).found).forwarding, { kind: 'fetched', fetched: { answer: { status: 503 } } })
})

t.test('when nobody answers: what is stale, then the fallback of the route, then the fault', async (t) => {
  const line = new Line(SITE)
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  const stale = ending('stale', line)
  const soft = { target: '/soft' }
  const first = ask(line, stale.found, soft)
  t.match(await first.forwarding, { kind: 'answered', answer: { servedBy: 'stale' } })
  t.same(stale.finished, ['failed'])
  t.equal(first.x.why.fault, 'UPSTREAM_CONNECT')
  t.match(line.log.of('origin-failed'), [{ code: 'UPSTREAM_CONNECT', servedBy: 'stale' }])

  const miss = ending('miss', line)
  t.match(await ask(line, miss.found, soft).forwarding, { kind: 'answered', answer: { status: 503, servedBy: 'fallback' } })
  t.same(miss.finished, ['failed'])

  const bare = ending('miss', line)
  await t.rejects(ask(line, bare.found).forwarding, { code: 'UPSTREAM_CONNECT' })
  t.same(bare.finished, ['failed'])
})

t.test('what its origin forbids to use stale does not stand in', async (t) => {
  const line = new Line(SITE)
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  await t.rejects(ask(line, ending('stale', line, { mustRevalidate: true }).found).forwarding, { code: 'UPSTREAM_CONNECT' })
  const old = ending('stale', line)
  line.clock.advance(60_001)
  await t.rejects(ask(line, old.found).forwarding, { code: 'UPSTREAM_CONNECT' }, 'nor what is too old for its rule')
})

t.test('what is the client’s fault or ours is nobody’s to stand in for', async (t) => {
  const line = new Line(SITE)
  line.upstream.will('silence')
  const gone = ending('stale', line)
  const { forwarding, x } = ask(line, gone.found, { target: '/soft' })
  x.wanted.abort()
  await t.rejects(forwarding, { code: 'CLIENT_GONE' })
  t.same(gone.finished, ['failed'])

  const looped = ending('stale', line)
  await t.rejects(ask(line, looped.found, { headers: { 'CDN-Loop': 'edge-1' } }).forwarding, { code: 'LOOP' })
  t.same(looped.finished, ['failed'])
  line.upstream.will({ throws: new TypeError('ours') })
  const ours = ending('stale', line)
  await t.rejects(ask(line, ours.found).forwarding, { code: 'INTERNAL' })
  t.same(ours.finished, ['failed'])
})

t.test('a body too long is 413, however the length shows', async (t) => {
  const line = new Line({ ...SITE, routes: { all: { pool: 'shop', maxBodyBytes: 3 } } })
  const bypass: Unanswered = { kind: 'bypass', reason: 'method' }
  const post = (body: ScriptedBody) => ask(line, bypass, { method: 'POST', body }).forwarding
  await t.rejects(post(new ScriptedBody(4)), { code: 'BODY_TOO_LARGE', row: { status: 413 } })
  t.equal(line.upstream.sent.length, 0)
  line.upstream.will({ request: 'read' })
  await t.rejects(post(ScriptedBody.of('1234')), { code: 'BODY_TOO_LARGE' })
  const streaming = new ScriptedBody()
  const sending = post(streaming)
  streaming.write('12').write('34')
  await t.rejects(sending, { code: 'BODY_TOO_LARGE' })
  t.equal(line.atPeers, 0)
})

t.test('a route without a pool has no peer', async (t) => {
  const line = new Line(SITE)
  await t.rejects(ask(line, ending('miss', line).found, { target: '/none' }).forwarding, { code: 'NO_PEER' })
})
