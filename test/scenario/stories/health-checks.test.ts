// Peers are asked whether they are well, once per edge however many workers it has; who fails leaves, and comes back by itself.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const CHECK = { path: '/up', intervalMs: 200, jitterRatio: 0.1, timeoutMs: 2_000, unhealthyAfter: 2, healthyAfter: 2 }

t.test('one of three peers fails its checks: it gets no more requests from any worker, and is back when it is well', async (t) => {
  const origins = await Promise.all(['a', 'b', 'c'].map((name) => startOrigin(t, { body: name })))
  const peers = origins.map(({ port }) => ({ address: `127.0.0.1:${port}` }))
  const site = (tries: number) => ({
    pools: { shop: { peers, tries, balance: 'round-robin', healthCheck: CHECK } },
    routes: { pages: { pool: 'shop', cache: { store: 'off' } } },
  })
  const edge = await startEdge(t, { workers: 2, site: site(1) })
  const [sick] = origins
  const answers = async () => new Set(await Promise.all(Array.from({ length: 24 }, async (_, i) => (await visit(edge, `/${i}`)).text)))
  const unhealthy = () => edge.metric('weir_peer_health', { pool: 'shop', health: 'unhealthy' })

  const [from, fromMs] = [sick!.count('/up'), performance.now()]
  await sick!.waitForCount(from + 20, '/up')
  const elapsedMs = performance.now() - fromMs
  // Two checkers need half of the time for twenty checks. The first of them may have waited for this process.
  t.ok(elapsedMs > 19 * 200 * 0.7, `twenty checks in ${Math.round(elapsedMs)} ms: one peer is asked once, not by each worker`)
  t.same(await answers(), new Set(['a', 'b', 'c']))

  sick!.on('/up', { status: 503 })
  await until(async () => (await unhealthy()) === 1, { what: 'the sick peer to be found' })
  await until(async () => !(await answers()).has('a'), { what: 'both workers to know' })
  t.same(await answers(), new Set(['b', 'c']), 'and it stays so')

  edge.writeSite(site(2))
  await until(async () => (await edge.snapshot()).revision === 2, { what: 'another revision' })
  t.equal(await unhealthy(), 1, 'what was found outlives a new configuration')
  t.same(await answers(), new Set(['b', 'c']))

  sick!.on('/up', { status: 200 })
  await until(async () => (await answers()).has('a'), { what: 'it to be back' })
  await until(async () => (await unhealthy()) === 0, { what: 'that to be counted' })
})
