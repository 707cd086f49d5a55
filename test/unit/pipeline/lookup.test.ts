import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import type { Level } from '../../../edge/cache/level.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { keyOfTarget } from '../../../edge/pipeline/cache-target.ts'
import type { Found } from '../../../edge/pipeline/found.ts'
import { lookup } from '../../../edge/pipeline/lookup.ts'
import { type Asking, Line, TWO_PEERS } from '../../support/exchange-maker.ts'
import { makeEntry } from '../cache/make-entry.ts'

/** A line whose memory holds one entry for `/`. */
function holding(changes: Partial<Entry> = {}, route: object = {}) {
  const line = new Line({ ...TWO_PEERS, fallbacks: { resting: { body: 'resting' } }, routes: { all: { pool: 'shop', ...route } } })
  const { asked } = line.asked()
  const nowMs = line.clock.wallMs()
  const entry = makeEntry({ receivedAtMs: nowMs, requestedAtMs: nowMs, keepUntilMs: nowMs + 3_600_000, ...changes })
  line.memory.put(keyOfTarget(asked), entry, 8, nowMs)
  return line
}

function look(line: Line, asking: Asking = {}, mode: 'normal' | 'cache-only' = 'normal') {
  const { asked, x } = line.asked(asking)
  return { found: lookup(asked, mode, x), x }
}
const answered = (found: Found | Promise<Found>) => (found as Extract<Found, { kind: 'answered' }>).answer

t.test('a fresh entry answers in the tick in which it was asked for', async (t) => {
  const line = holding()
  line.clock.advance(3_000)
  const { found, x } = look(line)
  t.notOk(found instanceof Promise)
  t.match(answered(found), { status: 200, servedBy: 'hit' })
  t.equal(answered(found).fields.get('cache-status'), 'edge-1;hit;ttl=7;detail=L1')
  t.equal(x.why.cache, 'hit-l1')
  t.equal(line.metrics.value('weir_cache_lookups_total', ['all', 'hit-l1']), 1)
})

t.test('HEAD is answered from what GET kept, a range from the whole', async (t) => {
  const head = answered(look(holding(), { method: 'HEAD' }).found)
  t.equal(head.fields.get('content-length'), '5')
  t.match(answered(look(holding(), { headers: { Range: 'bytes=0-1' } }).found), { status: 206, servedBy: 'hit' })
})

t.test('other methods, bodies, overrides and routes that keep nothing pass by the cache', async (t) => {
  t.same(look(holding(), { method: 'POST' }).found, { kind: 'bypass', reason: 'method' })
  const { bytesBody } = await import('../../../edge/http/body.ts')
  t.same(look(holding(), { body: bytesBody(Buffer.from('x')) }).found, { kind: 'bypass', reason: 'bypass' })
  t.same(look(holding(), { headers: { 'X-HTTP-Method-Override': 'DELETE' } }).found, { kind: 'bypass', reason: 'bypass' })
  t.same(look(holding({}, { cache: { store: 'off' } })).found, { kind: 'bypass', reason: 'bypass' })
})

t.test('a stale entry is validated first, by one for all', async (t) => {
  const line = holding({ lifetimeMs: 0 })
  const { found, x } = look(line)
  t.match(found, { kind: 'stale', reason: 'stale', waited: 'no', flight: { role: 'leader' } })
  t.equal(x.why.cache, 'expired')
  t.ok(look(line).found instanceof Promise, 'the next one waits')
})

t.test('who insists on the origin fetches for itself', async (t) => {
  const line = holding()
  t.match(look(line, { headers: { 'Cache-Control': 'no-cache' } }).found, { kind: 'stale', reason: 'request', flight: null })
  t.equal(line.tools.flights.size, 0)
})

t.test('HEAD, a range, and conditions that the origin judges lead nobody and wait for nobody', async (t) => {
  const line = new Line()
  const own: Asking[] = [{ method: 'HEAD' }]
  for (const name of ['If-Match', 'If-Unmodified-Since']) own.push({ headers: { [name]: 'x' } })
  own.push({ headers: { Range: 'bytes=0-1' } })
  for (const asking of own) t.match(look(line, asking).found, { kind: 'miss', flight: null }, JSON.stringify(asking))
  t.equal(line.tools.flights.size, 0)
})

t.test('a range of what is fetched whole is one of the crowd', async (t) => {
  const whole = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { rangeMiss: 'whole' } } } })
  const range: Asking = { headers: { Range: 'bytes=0-1' } }
  for (const line of [whole, holding({ lifetimeMs: 0 })]) {
    t.match(look(line, range).found, { flight: { role: 'leader' } })
    t.ok(look(line, range).found instanceof Promise, 'the next one waits')
  }
})

t.test('max-stale takes what is stale, only-if-cached takes nothing else', async (t) => {
  const stale = holding({ lifetimeMs: 0 })
  const answer = answered(look(stale, { headers: { 'Cache-Control': 'max-stale' } }).found)
  t.match(answer, { servedBy: 'stale' })
  t.equal(answer.fields.get('cache-status'), 'edge-1;hit;ttl=0;detail=L1')
  for (const line of [stale, new Line()])
    t.throws(() => look(line, { headers: { 'Cache-Control': 'only-if-cached' } }), { code: 'ONLY_IF_CACHED' })
  t.match(answered(look(holding(), { headers: { 'Cache-Control': 'only-if-cached' } }).found), { status: 200 })
})

t.test('in cache-only mode what is kept answers, however stale, and nothing else does', async (t) => {
  const old = holding({ lifetimeMs: 0, mustRevalidate: true })
  old.clock.advance(600_000)
  t.match(answered(look(old, {}, 'cache-only').found), { status: 200, servedBy: 'stale' })
  const bare = holding({}, { degrade: { retryAfterMs: 9_000 } })
  const missing = { target: '/other' }
  t.throws(() => look(bare, missing, 'cache-only'), { code: 'CACHE_ONLY_MISS', detail: { retryAfterMs: 9_000 } })
  t.throws(() => look(bare, { method: 'POST' }, 'cache-only'), { code: 'CACHE_ONLY_MISS' })
  const soft = holding({}, { degrade: { fallback: 'resting' } })
  t.match(answered(look(soft, missing, 'cache-only').found), { status: 503, servedBy: 'fallback' })
  t.equal(soft.tools.flights.size, 0)
})

t.test('the key is the scheme that the client used, the authority and the target', async (t) => {
  const line = new Line({
    ...TWO_PEERS,
    clients: { trustedProxies: ['10.0.0.1'] },
    routes: { all: { pool: 'shop', cache: { key: { dropQuery: ['utm'] } } } },
  })
  t.equal(keyOfTarget(line.asked({ target: '/a?utm=1&b' }).asked), 'http://shop.example/a?b')
  const secure = line.asked({ from: '10.0.0.1', headers: { 'X-Forwarded-Proto': 'https' } }).asked
  t.equal(keyOfTarget(secure), 'https://shop.example/', 'an origin that redirects to https must not be asked once for both')
})

t.test('who waits is answered with what another fetched', async (t) => {
  const line = new Line()
  const leader = look(line).found as Extract<Found, { kind: 'miss' }>
  const waiting = look(line)
  leader.flight!.finish({ kind: 'stored', entry: makeEntry({ receivedAtMs: line.clock.wallMs() }) })
  const answer = answered(await waiting.found)
  t.equal(answer.fields.get('cache-status'), 'edge-1;fwd=miss;collapsed')
  t.equal(waiting.x.why.cache, 'collapsed')
  t.equal(line.metrics.value('weir_cache_coalesced_total', ['stored']), 1)
})

t.test('who waited for what may not be shared asks for itself, and says so', async (t) => {
  const line = new Line()
  const leader = look(line).found as Extract<Found, { kind: 'miss' }>
  const waiting = look(line)
  leader.flight!.finish({ kind: 'uncacheable' })
  t.match(await waiting.found, { kind: 'miss', flight: null, waited: 'tried' })
})

t.test('of those who waited in vain one asks again for all, and after that nobody does', async (t) => {
  for (const kind of ['failed', 'late'] as const) {
    const line = new Line()
    const end = (found: Found | Promise<Found>) => {
      if (kind === 'late') line.clock.advance(5_000)
      else (found as Extract<Found, { kind: 'miss' }>).flight!.finish({ kind })
    }
    const first = look(line).found
    const waiting = [look(line).found, look(line).found]
    end(first)
    const again = await Promise.race(waiting)
    t.match(again, { kind: 'miss', waited: 'tried', flight: { role: 'leader' } })
    end(again)
    const outcomes = await Promise.allSettled(waiting)
    t.match(
      outcomes.find(({ status }) => status === 'rejected'),
      { reason: { code: 'FILL_FAILED' } },
    )
    t.equal(line.metrics.value('weir_cache_coalesced_total', [kind]), 3)
  }
})

t.test('those who wait for another variant have one leader among them', async (t) => {
  const line = new Line()
  const accept = (coding: string) => look(line, { headers: { 'Accept-Encoding': coding } })
  const leader = accept('gzip').found as Extract<Found, { kind: 'miss' }>
  const same = accept('gzip').found
  const others = [accept('br'), accept('br'), accept('br')].map(({ found }) => found)
  const entry = makeEntry({ varyNames: ['accept-encoding'], variant: 'accept-encoding:gzip\0' })
  leader.flight!.finish({ kind: 'stored', entry })
  t.match(await same, { kind: 'answered' })
  const second = (await Promise.race(others)) as Extract<Found, { kind: 'miss' }>
  t.match(second, { kind: 'miss', waited: 'tried', flight: { role: 'leader' } })
  const br = makeEntry({ varyNames: ['accept-encoding'], variant: 'accept-encoding:br\0' })
  second.flight!.finish({ kind: 'stored', entry: br })
  t.same((await Promise.all(others)).map(({ kind }) => kind).sort(), ['answered', 'answered', 'miss'])
})

t.test('nobody waits a third time', async (t) => {
  const line = new Line()
  const first = look(line).found as Extract<Found, { kind: 'miss' }>
  const waiting = [look(line).found, look(line).found]
  const other = (name: string) => makeEntry({ varyNames: [name], variant: `${name}:other\0` })
  first.flight!.finish({ kind: 'stored', entry: other('accept') })
  const second = (await Promise.race(waiting)) as Extract<Found, { kind: 'miss' }>
  second.flight!.finish({ kind: 'stored', entry: other('cookie') })
  const third = (await Promise.all(waiting)).find((found) => found !== second)
  t.match(third, { kind: 'miss', flight: null, waited: 'tried' })
})

t.test('whoever holds an old variant waits for that one only', async (t) => {
  const variant = 'accept-encoding:gzip\0'
  const line = holding({ lifetimeMs: 0, varyNames: ['accept-encoding'], variant })
  const headers = { 'Accept-Encoding': 'gzip' }
  t.match(look(line, { headers }).found, { kind: 'stale', flight: { role: 'leader' } })
  t.match(look(line, { headers: { 'Accept-Encoding': 'br' } }).found, { kind: 'miss', flight: { role: 'leader' } })
})

t.test('crawlers are answered from Redis without moving anything into memory, unless the rule lets them', async (t) => {
  for (const [crawlerFills, kept] of [
    ['l2-only', 0],
    ['all', 1],
  ] as const) {
    const far: Level = { get: async () => makeEntry({ receivedAtMs: Date.UTC(2026, 0, 1) }), put() {}, delete() {} }
    const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { crawlerFills } } } }, { far })
    const { found, x } = look(line, { headers: { 'User-Agent': 'Googlebot/2.1' } })
    t.match(answered(await found), { status: 200 })
    t.equal(x.why.cache, 'hit-l2')
    t.equal(line.memory.stats().entries, kept, crawlerFills)
  }
})

t.test('an entry that its origin wants asked about each time is never a hit', async (t) => {
  t.match(look(holding({ noCache: true, fields: Fields.of({ ETag: '"a"' }) })).found, { kind: 'stale', reason: 'stale' })
})

t.test('a key that is remembered for a target is no other request’s', async (t) => {
  const routes = {
    plain: { pool: 'shop', hosts: ['shop.example', 'other.example'] },
    lists: { pool: 'shop', hosts: ['lists.example'], cache: { key: { dropQuery: ['x'] } } },
    keyed: { pool: 'shop', hosts: ['keyed.example'], cache: { key: { headers: { 'X-Device': {} } } } },
  }
  const line = new Line({ ...TWO_PEERS, clients: { trustedProxies: ['198.51.100.7/32'] }, routes })
  const keyOf = (headers: Asking['headers']) => keyOfTarget(line.asked({ target: '/a?x=1', headers: headers! }).asked)
  const askings: Asking['headers'][] = [
    { Host: 'shop.example' },
    { Host: 'other.example' },
    { Host: 'shop.example', 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' },
    { Host: 'lists.example' },
    { Host: 'keyed.example' },
    { Host: 'keyed.example', 'X-Device': 'phone' },
  ]
  const first = askings.map(keyOf)
  t.equal(new Set(first).size, askings.length, first.join(' '))
  t.same(askings.map(keyOf), first)
  t.same(askings.toReversed().map(keyOf), first.toReversed())
})
