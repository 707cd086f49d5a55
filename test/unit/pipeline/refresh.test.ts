import t from 'tap'
import { Line, settled, TWO_PEERS } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const BEHIND = { headers: { 'Cache-Control': 'max-age=1, stale-while-revalidate=60', ETag: '"v1"' }, body: 'old' } as const
const NEWER = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v2"' }, body: 'new' } as const

/** A line that holds a page which went stale a second ago. */
async function stale(cache: object = {}, refreshed: Parameters<Line['upstream']['will']> = [NEWER]) {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache } } })
  line.upstream.will(BEHIND)
  await line.ask()
  line.clock.advance(2_000)
  line.upstream.will(...refreshed)
  const outcome = (name: string) => line.metrics.value('weir_cache_refreshes_total', [name])
  return { line, outcome }
}

t.test('a stale page is served at once and fetched anew behind the answer, by one for all', async (t) => {
  const body = new ScriptedBody()
  const { line, outcome } = await stale({}, [{ ...NEWER, body }])
  for (let i = 0; i < 3; i++) t.match(await line.ask(), { text: 'old', servedBy: 'stale', cacheStatus: 'edge-1;hit;ttl=-1;detail=L1' })
  await settled()
  t.equal(line.upstream.sent.length, 2)
  t.equal(line.upstream.sent[1]!.fields.get('if-none-match'), '"v1"')
  t.equal(outcome('under-way'), 2)
  body.write('new').end()
  await settled()
  t.equal(outcome('fetched'), 1)
  t.equal(line.tools.refreshes.size, 0)
  t.match(await line.ask(), { text: 'new', servedBy: 'hit' })
  t.equal(line.atPeers, 0)
})

t.test('a 304 behind the answer makes the page new', async (t) => {
  const { line, outcome } = await stale({}, [{ status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=60' }, body: '' }])
  await line.ask()
  await settled()
  t.equal(outcome('renewed'), 1)
  t.match(await line.ask(), { text: 'old', servedBy: 'hit' })
})

t.test('what the client wants for itself is not asked for everyone', async (t) => {
  const { line } = await stale()
  await line.ask({
    method: 'HEAD',
    headers: { 'If-None-Match': '"x"', 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT', 'If-Match': '"y"' },
  })
  await settled()
  const sent = line.upstream.sent[1]!
  t.equal(sent.method, 'GET')
  t.same([sent.fields.get('if-none-match'), sent.fields.has('if-modified-since'), sent.fields.has('if-match')], ['"v1"', false, false])
})

t.test('a refresh that fails is counted, and the next request tries again', async (t) => {
  const { line, outcome } = await stale({ staleIfErrorMs: 0 }, [{ fault: 'UPSTREAM_CONNECT' }])
  t.match(await line.ask(), { text: 'old' })
  await settled()
  t.equal(outcome('failed'), 1)
  t.match(await line.ask(), { text: 'old' })
  await settled()
  t.equal(outcome('failed'), 2)
  t.equal(line.tools.refreshes.size, 0)
})

t.test('beyond its window, for who insists, and where the rule refreshes nothing, the origin is asked first', async (t) => {
  const { line: insisting } = await stale()
  t.match(await insisting.ask({ headers: { 'Cache-Control': 'no-cache' } }), { text: 'new', servedBy: 'origin' })
  const { line: late } = await stale()
  late.clock.advance(60_000)
  t.match(await late.ask(), { text: 'new', servedBy: 'origin' })
  const { line: none, outcome } = await stale({ refreshesAtOnce: 0 })
  t.match(await none.ask(), { text: 'new', servedBy: 'origin' })
  t.equal(outcome('full'), 1)
})

const HOUR = { headers: { 'Cache-Control': 'max-age=3600', ETag: '"v1"' }, body: 'old' } as const

/** A line that holds a page for so much longer. @param leftMs until it expires */
async function expiring(leftMs: number, popularity: 'hot' | 'cold') {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop' } } })
  line.upstream.will(HOUR)
  await line.ask()
  line.clock.advance(3_600_000 - leftMs)
  const nowMs = line.clock.monotonicMs()
  for (let at = 0; popularity === 'hot' && at < 10_000; at += 1) line.tools.hot.note('http://shop.example/', nowMs - 1_000 + at / 10)
  line.upstream.will(NEWER)
  for (let i = 0; i < 20; i++) t.match(await line.ask(), { servedBy: 'hit' })
  await settled()
  return line
}

t.test('a hot page is fetched anew shortly before it expires, once; nobody waits for it', async (t) => {
  const line = await expiring(5, 'hot')
  t.equal(line.upstream.sent.length, 2)
  t.equal(line.upstream.sent[1]!.fields.get('if-none-match'), '"v1"')
  t.equal(line.metrics.value('weir_cache_refreshes_total', ['fetched']), 1)
  t.match(await line.ask(), { text: 'new', servedBy: 'hit' })
})

t.test('nothing is fetched long before its end, nor what few ask for', async (t) => {
  t.equal((await expiring(10_000, 'hot')).upstream.sent.length, 1)
  t.equal((await expiring(5, 'cold')).upstream.sent.length, 1)
})
