// A product site: three origins registered in Consul, two edges with a Redis between them. A page has one home at the origins, one copy
// in Redis, and one in the memory of each edge that was asked for it.

import t from 'tap'
import { startConsul } from '../../support/consul.ts'
import { startControl } from '../../support/control.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { runWhile } from '../../support/load.ts'
import { startNginx } from '../../support/nginx.ts'
import { startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit, visitors } from '../../support/visit.ts'

const NAMES = ['a', 'b', 'c']
const origins = await Promise.all(NAMES.map((name) => startOrigin(t, { body: name, headers: { 'cache-control': 'no-store' } })))
for (const [i, origin] of origins.entries()) origin.on('/product/7', { body: NAMES[i]!, headers: { 'cache-control': 'max-age=600' } })
const consul = await startConsul(t)
for (const [i, { port }] of origins.entries()) await consul.register({ id: `shop-${NAMES[i]}`, name: 'shop', port })
const redis = { url: (await startRedis(t)).url, lookupTimeoutMs: 5_000 }
const control = await startControl(t, {
  consul,
  site: { pools: { shop: { discover: { service: 'shop' }, balance: 'ketama' } }, routes: { pages: { pool: 'shop' } } },
})
const edges = [
  await startEdge(t, { edgeId: 'edge-1', control, redis, workers: 2 }),
  await startEdge(t, { edgeId: 'edge-2', control, redis }),
]
const [first, second] = edges as [TestEdge, TestEdge]
const paths = Array.from({ length: 100 }, (_, i) => `/search/${i}`)

/** Which origin answers each path at an edge. */
async function homes(port: number): Promise<Map<string, string>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, (await visit({ port }, path)).text] as const)))
}

/** The most peers that a worker of an edge chooses from. */
const mostPeers = (edge: TestEdge) => edge.metric('weir_peers', { pool: 'shop' })
const allServe = async (edge: TestEdge) => [...(await homes(edge.port)).values()].every((home) => NAMES.includes(home))
for (const edge of edges) {
  await until(async () => (await mostPeers(edge)) === 3, { what: 'three peers at the edge', deadlineMs: 30_000 })
  await until(() => allServe(edge), { what: 'every worker to have them' })
}

t.test('every path has one home, the same at both edges, and the one that nginx would give it', async (t) => {
  const nginx = await startNginx(t, (listen) => {
    const servers = origins.map(({ port }) => `server 127.0.0.1:${port};`).join(' ')
    const proxy = 'location / { proxy_pass http://shop; proxy_set_header Host $host; }'
    return `upstream shop { hash $uri consistent; ${servers} } server { listen ${listen}; ${proxy} }`
  })
  const home = await homes(first.port)
  t.same(new Set(home.values()), new Set(NAMES), 'all three have some')
  t.same(await homes(first.port), home, 'asked again, the same')
  t.same(await homes(second.port), home, 'at the other edge too')
  t.same(await homes(nginx.port), home, 'as nginx maps with hash $uri consistent')
})

t.test('a second request is answered from memory, the first at another edge from Redis', async (t) => {
  t.match(cacheStatus(await visit(second, '/product/7')), /^edge-2;fwd=uri-miss;stored/)
  t.match(cacheStatus(await visit(second, '/product/7')), /^edge-2;hit;ttl=[0-9]+;detail=L1$/)
  await until(() => second.metric('weir_l2_stores_total', { outcome: 'stored' }), { what: 'the page to be in Redis' })
  t.match(cacheStatus(await visit(first, '/product/7')), /^edge-1;hit;ttl=[0-9]+;detail=L2$/)
  const counts = origins.map((origin) => origin.count('/product/7'))
  t.same(counts.sort(), [0, 0, 1], 'one origin was asked, once')
})

t.test('a peer that leaves Consul leaves the ring within seconds, and no request fails', async (t) => {
  const before = await homes(first.port)
  let tookMs = 0
  const leaving = async () => {
    const startedMs = performance.now()
    await consul.deregister('shop-b')
    for (const edge of edges) await until(async () => (await mostPeers(edge)) === 2, { what: 'every worker to let go of the peer' })
    tookMs = performance.now() - startedMs
    for (const edge of edges) t.notOk([...(await homes(edge.port)).values()].includes('b'), 'nobody is sent there any more')
    await origins[1]!.close()
    await homes(first.port)
  }
  const report = await runWhile(
    leaving(),
    visitors(t, first, (i) => paths[i % paths.length]!),
    4,
  )
  t.same(Object.keys(report.statuses), ['200'])
  t.same(report.failures, [])
  t.ok(tookMs < 6_000, `it took ${Math.round(tookMs)} ms`)
  const after = await homes(first.port)
  for (const [path, home] of before) if (home !== 'b') t.equal(after.get(path), home, `${path} stays`)
})
