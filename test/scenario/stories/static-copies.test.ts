// Copies on disk: the last good pages outlive their origin, the process and its memory.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, crawl, visit } from '../../support/visit.ts'

t.test('the origin dies, the edge is started anew: pages that have copies are served, others fail honestly', async (t) => {
  const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=1, must-revalidate' } })
  const peers = [{ address: `127.0.0.1:${origin.port}` }]
  const site = {
    pools: { shop: { peers } },
    routes: {
      pages: { path: '/page/*', pool: 'shop', degrade: { staticEveryMs: 1_000 } },
      others: { path: '/other/*', pool: 'shop' },
    },
  }
  const edge = await startEdge(t, { site })
  for (const path of ['/page/1', '/other/1']) t.equal((await visit(edge, path)).text, 'page')
  await until(() => edge.metric('weir_static_writes_total', { outcome: 'written' }), { what: 'the copy to be on disk' })

  await edge.kill()
  await origin.close()
  await edge.start()
  const copy = await visit(edge, '/page/1')
  t.match(copy, { status: 200, text: 'page' })
  t.match(cacheStatus(copy), /^edge-1;hit;ttl=-?\d+;detail=static$/)
  t.match(await visit(edge, '/page/2'), { status: 503 })
  t.match(await visit(edge, '/other/1'), { status: 503 })

  origin.on('*', { status: 503, body: 'sick' })
  await origin.listen()
  t.match(await visit(edge, '/page/1'), { status: 200, text: 'page' }, 'an origin that answers 503 is no better')
  origin.on('*', { body: 'well' })
  t.match(await visit(edge, '/page/1'), { status: 200, text: 'well' })
})

t.test('in static mode nobody asks the origin', async (t) => {
  const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const pools = { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }
  const site = (degrade: object) => ({ pools, routes: { pages: { pool: 'shop', degrade: { staticEveryMs: 1_000, ...degrade } } } })
  const edge = await startEdge(t, { site: site({}) })
  await visit(edge, '/')
  await until(() => edge.metric('weir_static_writes_total', { outcome: 'written' }), { what: 'the copy to be on disk' })
  await edge.kill()
  edge.writeSite(site({ crawlers: 'static' }))
  await edge.start()
  t.match(await crawl(edge, '/'), { status: 200, text: 'page' })
  t.match(await crawl(edge, '/2'), { status: 503, text: /CACHE_ONLY_MISS/ })
  t.equal(origin.requests.length, 1)
})
