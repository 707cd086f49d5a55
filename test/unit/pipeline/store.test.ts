import t from 'tap'
import type { Level } from '../../../edge/cache/level.ts'
import { handle } from '../../../edge/pipeline/handle.ts'
import { Line, settled, TWO_PEERS } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const KEPT = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'page' } as const
const CRAWLER = { 'User-Agent': 'Googlebot/2.1' }

function farLevel() {
  const put: string[] = []
  const level: Level = { get: () => null, put: (key) => void put.push(key), delete() {} }
  return { put, level }
}

t.test('a whole body is kept for who asks next, and its flight is over', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body })
  const first = line.ask()
  await settled()
  const waiting = line.ask()
  body.write('pa').write('ge').end()
  t.match(await first, { text: 'page', servedBy: 'origin', cacheStatus: 'edge-1;fwd=uri-miss;stored' })
  t.match(await waiting, { text: 'page', servedBy: 'hit', cacheStatus: 'edge-1;fwd=miss;collapsed' })
  t.match(await line.ask(), { text: 'page', servedBy: 'hit' })
  t.equal(line.upstream.sent.length, 1)
  t.equal(line.tools.flights.size, 0)
})

t.test('a body that breaks off is kept nowhere, and who waited asks for itself', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body }, KEPT)
  const first = line.ask()
  await settled()
  const waiting = line.ask()
  body.write('pa').fail(new Error('reset'))
  t.match(await first, { logged: { outcome: 'cut' } })
  t.match(await waiting, { text: 'page', servedBy: 'origin', cacheStatus: 'edge-1;fwd=uri-miss;stored;collapsed=?0' })
  t.equal(line.upstream.sent.length, 2)
})

t.test('a client that leaves in the middle takes nothing from those who read on', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body })
  const x = line.exchange()
  const leaving = handle(x)
  await settled()
  body.write('pa')
  const waiting = line.ask()
  await settled()
  x.wanted.abort()
  await leaving
  t.match(line.told(x).logged, { outcome: 'client-gone' })
  body.write('ge').end()
  t.match(await waiting, { text: 'page', servedBy: 'hit', cacheStatus: 'edge-1;fwd=miss;collapsed' })
  t.match(await line.ask(), { text: 'page', servedBy: 'hit' }, 'and it is kept')
  t.equal(line.upstream.sent.length, 1)
  t.equal(line.atPeers, 0)
})

t.test('a body too long to keep flows on, for all who read it by then, and nobody waits for it any more', async (t) => {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { maxEntryBytes: 1_024 } } } })
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body }, KEPT)
  const first = line.ask()
  await settled()
  const reading = line.ask()
  await settled()
  body.write('a'.repeat(1_025))
  t.match(await line.ask(), { text: 'page', servedBy: 'origin' })
  body.write('b').end()
  t.equal((await first).text.length, 1_026)
  t.equal((await reading).text.length, 1_026)
  t.match(line.budget, { usedBytes: 0, overgivenBytes: 0 })
})

t.test('a worker that holds too much already keeps nothing new, and everybody gets whole answers', async (t) => {
  const line = new Line(TWO_PEERS, { bufferMaxBytes: 10 })
  line.budget.hold(8)
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body }, KEPT)
  const first = line.ask()
  await settled()
  const waiting = line.ask()
  body.write('pa').write('ge').end()
  t.match(await first, { text: 'page', logged: { cache: 'miss:no-room', outcome: 'whole' } })
  t.match(await waiting, { text: 'page', servedBy: 'origin', logged: { cache: 'miss:no-room' } })
  t.match(line.budget, { usedBytes: 8, overgivenBytes: 0 })
  line.budget.give(8)
  t.match(await line.ask(), { text: 'page', logged: { cache: 'miss' } }, 'once there is room')
  t.match(await line.ask(), { text: 'page', servedBy: 'hit' })
  t.equal(line.budget.usedBytes, 0)
})

t.test('what may not be kept passes, says why, and those who waited ask for themselves', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ headers: { 'Cache-Control': 'private' }, body }, { headers: { 'Cache-Control': 'private' }, body: 'two' })
  const first = line.ask()
  const waiting = line.ask()
  t.match(await waiting, { text: 'two', cacheStatus: 'edge-1;fwd=uri-miss;collapsed=?0' })
  body.write('one').end()
  t.match(await first, { text: 'one', cacheStatus: 'edge-1;fwd=uri-miss', logged: { cache: 'miss:private' } })
  t.equal((await line.ask()).text, 'two', 'for a while nobody waits for anybody')
})

t.test('what its origin wants to be asked about each time is kept, but answers nobody who waited', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  const headers = { 'Cache-Control': 'no-cache, max-age=60', ETag: '"v1"' }
  line.upstream.will({ headers, body }, { headers, body: 'own' })
  const first = line.ask()
  await settled()
  const waiting = line.ask()
  body.write('page').end()
  t.equal((await first).text, 'page')
  t.match(await waiting, { text: 'own', servedBy: 'origin' })
  line.upstream.will({ status: 304, headers })
  t.match(await line.ask(), { text: 'own', servedBy: 'hit', cacheStatus: 'edge-1;fwd=stale;fwd-status=304;stored' })
})

t.test('a 304 of the origin makes what is held new, for all', async (t) => {
  const line = new Line()
  line.upstream.will(KEPT)
  await line.ask()
  line.clock.advance(70_000)
  line.upstream.will({ status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=60', 'X-New': '1' } })
  const renewed = await line.ask()
  t.match(renewed, { status: 200, text: 'page', servedBy: 'hit', logged: { cache: 'revalidated' } })
  t.equal(renewed.cacheStatus, 'edge-1;fwd=stale;fwd-status=304;stored')
  t.equal(renewed.fields.get('x-new'), '1')
  t.match(await line.ask(), { cacheStatus: 'edge-1;hit;ttl=60;detail=L1' })
  t.equal(line.atPeers, 0)
})

t.test('a 304 that takes back the permission to keep is obeyed', async (t) => {
  const line = new Line()
  line.upstream.will(KEPT)
  await line.ask()
  line.clock.advance(70_000)
  line.upstream.will({ status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'no-store' } })
  t.match(await line.ask(), { text: 'page', cacheStatus: 'edge-1;fwd=stale;fwd-status=304' })
  await line.ask()
  t.equal(line.upstream.sent.length, 3)
})

t.test('a client that has it gets 304 while the cache is filled', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body })
  const x = line.exchange({ headers: { 'If-None-Match': '"v1"' } })
  const { handle } = await import('../../../edge/pipeline/handle.ts')
  await handle(x)
  t.match(line.told(x), { status: 304, text: '', logged: { status: 304 } })
  const waiting = line.ask()
  x.wanted.abort()
  body.write('page').end()
  t.match(await waiting, { status: 200, text: 'page', servedBy: 'hit' }, 'even when that client is gone before it is whole')
  t.equal(line.upstream.sent.length, 1)
  t.equal(line.atPeers, 0)
})

t.test('an answer without a body is kept too', async (t) => {
  const line = new Line()
  line.upstream.will({ status: 204, headers: KEPT.headers })
  t.match(await line.ask(), { status: 204 })
  t.match(await line.ask(), { status: 204, servedBy: 'hit' })
  t.equal(line.upstream.sent.length, 1)
})

t.test('HEAD is passed on and kept nowhere', async (t) => {
  const line = new Line()
  line.upstream.will({ headers: { ...KEPT.headers, 'Content-Length': '4' }, body: '' })
  const { fields } = await line.ask({ method: 'HEAD' })
  t.equal(fields.get('content-length'), '4')
  await line.ask({ method: 'HEAD' })
  t.equal(line.upstream.sent.length, 2)
  t.equal(line.atPeers, 0)
})

t.test('what crawlers fetch is kept in Redis only, or in memory too where the rule says so', async (t) => {
  for (const [crawlerFills, inMemory] of [
    ['l2-only', 0],
    ['all', 1],
  ] as const) {
    const far = farLevel()
    const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { crawlerFills } } } }, { far: far.level })
    line.upstream.will(KEPT)
    await line.ask({ headers: CRAWLER })
    t.same(far.put, ['http://shop.example/'])
    t.equal(line.memory.stats().entries, inMemory, crawlerFills)
  }
})

t.test('what an unsafe method changed is forgotten, whatever route took it', async (t) => {
  const line = new Line({
    ...TWO_PEERS,
    routes: {
      read: { path: '/p', methods: ['GET'], pool: 'shop', cache: { key: { dropQuery: ['utm'] } } },
      write: { path: '/p', methods: ['POST', 'DELETE'], pool: 'shop', cache: { store: 'off' } },
      loose: { path: '/q', pool: 'shop', cache: { store: 'off' } },
    },
  })
  line.upstream.will({ ...KEPT, body: 'old' }, { status: 500 }, { status: 201 }, { ...KEPT, body: 'new' })
  await line.ask({ target: '/p?utm=1' })
  await line.ask({ method: 'POST', target: '/p' })
  t.same(line.forgotten, [], 'an error changed nothing')
  t.equal((await line.ask({ target: '/p' })).text, 'old')
  t.match(await line.ask({ method: 'POST', target: '/p?utm=2' }), { status: 201, cacheStatus: 'edge-1;fwd=method' })
  t.same(line.forgotten, ['http://shop.example/p'])
  t.equal((await line.ask({ target: '/p' })).text, 'new')
  await line.ask({ method: 'DELETE', target: '/q' })
  await line.ask({ method: 'OPTIONS', target: '/p' })
  t.equal(line.forgotten.length, 1, 'where nothing is kept, or the method is safe, there is nothing to forget')
})

t.test('where the rule says so, what was written is purged everywhere, under the URL that its GETs have', async (t) => {
  const cache = { writesForget: 'everywhere', key: { dropQuery: ['utm'], headers: { 'X-Country': {} } } }
  const line = new Line({ ...TWO_PEERS, routes: { here: { path: '/here', pool: 'shop' }, all: { pool: 'shop', cache } } })
  line.upstream.will({ status: 500 }, { status: 201 }, { status: 201, headers: { Location: '/q' } })
  await line.ask({ method: 'POST', target: '/p' })
  await line.ask({ method: 'POST', target: '/here' })
  t.same(line.purgedEverywhere, [])
  await line.ask({ method: 'POST', target: '/p?utm=2', headers: { 'X-Country': 'de' } })
  const order = { by: 'url', mode: 'hard', againAfterMs: 0 }
  t.same(line.purgedEverywhere, [
    { ...order, url: 'http://shop.example/p' },
    { ...order, url: 'http://shop.example/q' },
  ])
})

t.test('what an unsafe answer names beside its target is forgotten too, in one spelling', async (t) => {
  const line = new Line()
  line.upstream.will({ status: 201, headers: { Location: '/a/../p%41', 'Content-Location': 'http://other.example/q' } })
  await line.ask({ method: 'POST', target: '/orders' })
  t.same(line.forgotten, ['http://shop.example/orders', 'http://shop.example/pA'])
})

t.test('the answer to a HEAD makes what GET kept new', async (t) => {
  const line = new Line()
  const head = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"', 'Content-Length': '4', 'X-New': '1' }, body: '' }
  line.upstream.will(KEPT, head)
  await line.ask()
  line.clock.advance(61_000)
  const { fields } = await line.ask({ method: 'HEAD' })
  t.same([fields.get('x-new'), fields.get('content-length'), fields.get('etag')], ['1', '4', '"v1"'])
  t.match(await line.ask(), { text: 'page', servedBy: 'hit' })
  t.equal(line.upstream.sent.length, 2)
})
