// Crawlers are up to a fifth of the traffic and read what nobody else reads. People never wait behind them, nor lose their pages to them.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, crawl, visit } from '../../support/visit.ts'

const page = { body: 'x'.repeat(8_000), headers: { 'cache-control': 'max-age=600' } }
const forPeople = await startOrigin(t, page)
const forCrawlers = await startOrigin(t, page)
const redis = { url: (await startRedis(t)).url, lookupTimeoutMs: 5_000 }
const shop = { pool: 'people', crawlerPool: 'crawlers' }
const edge = await startEdge(t, {
  redis,
  // Room for about fifty pages.
  bootstrap: { l1MaxBytes: 512 * 1024 },
  site: {
    pools: {
      people: { peers: [{ address: `127.0.0.1:${forPeople.port}` }] },
      crawlers: { peers: [{ address: `127.0.0.1:${forCrawlers.port}` }] },
    },
    limits: { crawling: { rate: '3/h', key: 'address', clients: 'crawlers' } },
    fallbacks: { later: { status: 503, contentType: 'text/plain', body: 'come back at night' } },
    routes: {
      pages: { path: '/page/*', ...shop },
      search: { path: '/search', ...shop, limits: ['crawling'], cache: { store: 'off' } },
      archive: { path: '/archive/*', ...shop, degrade: { crawlers: 'cache-only', fallback: 'later' } },
    },
  },
})

/** Stores are not waited for by who asks; the next lookup in Redis is. */
const stored = (count: number) =>
  until(async () => (await edge.metric('weir_l2_stores_total', { outcome: 'stored' })) >= count, { what: `${count} pages in Redis` })

t.test('a crawl fills Redis only: the pages that people read stay in memory', async (t) => {
  const read = Array.from({ length: 20 }, (_, i) => `/page/read-${i}`)
  // Twice: a page that was read once may go, one that is read again may not.
  for (const path of [...read, ...read]) await visit(edge, path)
  for (let i = 0; i < 300; i += 1) await crawl(edge, `/page/crawled-${i}`)
  for (const path of read) t.match(cacheStatus(await visit(edge, path)), /;hit;.*detail=L1/, path)
  t.equal(forPeople.count(), read.length, 'people were asked for by people only')
  t.equal(forCrawlers.count(), 300, 'and the crawl went to its own pool')
  t.equal(await edge.metric('weir_clients_total', { class: 'crawler' }), 300)

  await stored(320)
  t.match(cacheStatus(await crawl(edge, '/page/crawled-1')), /;hit;.*detail=L2/)
  t.match(cacheStatus(await crawl(edge, '/page/crawled-1')), /;hit;.*detail=L2/, 'and again: it stays where it is')
  t.match(cacheStatus(await visit(edge, '/page/crawled-1')), /;hit;.*detail=L2/, 'what a crawler fetched saves a person the wait')
  t.match(cacheStatus(await visit(edge, '/page/crawled-1')), /;hit;.*detail=L1/, 'and is in memory from then on')
})

t.test('crawlers have a limit of their own, and people behind the same address do not pay it', async (t) => {
  const statuses = []
  for (let i = 0; i < 4; i += 1) statuses.push((await crawl(edge, '/search')).status)
  t.same(statuses, [200, 200, 200, 429])
  const refused = await crawl(edge, '/search')
  t.match(refused.headers, { 'retry-after': /^[0-9]+$/, 'ratelimit-policy': /"crawling"/ })
  for (let i = 0; i < 5; i += 1) t.equal((await visit(edge, '/search')).status, 200)
})

t.test('by plan crawlers get from the archive what is kept, and no origin works for them', async (t) => {
  const before = forCrawlers.count()
  t.match(await crawl(edge, '/archive/1'), { status: 503, text: 'come back at night', headers: { 'retry-after': /^[0-9]+$/ } })
  t.equal((await visit(edge, '/archive/1')).status, 200)
  t.match(await crawl(edge, '/archive/1'), { status: 200, text: page.body })
  t.equal(forCrawlers.count(), before)
})
