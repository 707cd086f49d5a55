// Origins die. What was kept stands in, then what was prepared, then an honest error; and of a pool only the sick peer's pages move.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { latencyMs, runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit, visitors } from '../../support/visit.ts'

t.test('the only origin dies: kept pages, then prepared ones, then an error; and all is well when it is back', async (t) => {
  // Expired on arrival, with a validator: kept, and asked about each time.
  const expired = { 'cache-control': 'max-age=60', age: '60', etag: '"1"' }
  const origin = await startOrigin(t, { body: 'page', headers: expired })
  const peers = [{ address: `127.0.0.1:${origin.port}` }]
  const site = {
    pools: { shop: { peers }, later: { discover: { service: 'later' } } },
    fallbacks: { menu: { status: 200, contentType: 'text/plain', body: 'prepared menu' } },
    routes: {
      pages: { path: '/page/*', pool: 'shop' },
      menus: { path: '/menu/*', pool: 'shop', degrade: { fallback: 'menu' } },
      carts: { path: '/cart/*', pool: 'shop', cache: { store: 'off' } },
      nobody: { path: '/later/*', pool: 'later' },
    },
  }
  const edge = await startEdge(t, { site })
  for (const path of ['/page/1', '/menu/1', '/cart/1']) t.equal((await visit(edge, path)).text, 'page')

  await origin.close()
  const stale = await visit(edge, '/page/1')
  t.match(stale, { status: 200, text: 'page' })
  t.match(cacheStatus(stale), /^edge-1;fwd=stale/, 'it says that it is stale')
  t.ok(Number(stale.headers.age) >= 60, 'and how old it is')
  t.match(await visit(edge, '/menu/1'), { status: 200, text: 'page' }, 'what was kept comes before what was prepared')
  t.match(await visit(edge, '/menu/2'), { status: 200, text: 'prepared menu', headers: { 'cache-control': 'no-store' } })
  t.match(await visit(edge, '/cart/1'), {
    status: 503,
    text: /UPSTREAM_CONNECT/,
    headers: { 'cache-control': 'no-store', 'retry-after': '1' },
  })
  const nobody = await visit(edge, '/later/1')
  t.match(nobody, { status: 503, text: /NO_PEER/, headers: { 'retry-after': /^[1-9][0-9]*$/, 'cache-control': 'no-store' } })

  origin.on('*', { body: 'back' })
  await origin.listen()
  for (const path of ['/page/1', '/menu/2', '/cart/1']) t.match(await visit(edge, path), { status: 200, text: 'back' })
})

t.test('of three peers one dies: its pages move to the others, theirs stay, and it gets its own back', async (t) => {
  const origins = await Promise.all(['a', 'b', 'c'].map((name) => startOrigin(t, { body: name })))
  const peers = origins.map(({ port }) => ({ address: `127.0.0.1:${port}` }))
  const ejection = { consecutiveFailures: 3, baseEjectionMs: 500, maxEjectionMs: 500 }
  const edge = await startEdge(t, { site: { pools: { shop: { peers, ejection } }, routes: { pages: { pool: 'shop' } } } })
  const paths = Array.from({ length: 60 }, (_, i) => `/page/${i}`)
  const owners = async () => new Map(await Promise.all(paths.map(async (path) => [path, (await visit(edge, path)).text] as const)))
  const before = await owners()
  t.same(new Set(before.values()), new Set(['a', 'b', 'c']), 'all three have pages')

  const outage = async () => {
    await origins[0]!.close()
    await until(() => edge.metric('weir_peer_ejections_total', { pool: 'shop' }), { what: 'the dead peer to be left out' })
    const during = await owners()
    for (const [path, owner] of before) {
      if (owner === 'a') t.match(during.get(path), /^[bc]$/, `${path} moves`)
      else t.equal(during.get(path), owner, `${path} stays`)
    }
    await origins[0]!.listen()
    const home = async () => [...(await owners())].every(([path, owner]) => before.get(path) === owner)
    await until(home, { what: 'the pages of the first peer to come home' })
  }
  const report = await runWhile(
    outage(),
    visitors(t, edge, (i) => paths[i % paths.length]!),
    4,
  )
  t.same(Object.keys(report.statuses), ['200'], 'nobody noticed')
  t.same(report.failures, [])
  t.ok(latencyMs(report, 1) < 5_000, `the slowest took ${Math.round(latencyMs(report, 1))} ms`)
})
