// One edge fetches for all that share a Redis. Whatever happens to it, to the origin or to Redis, nobody waits for longer than the rule says.

import t from 'tap'
import { bodiesOf, clusterOf, EXPIRED, gathered, inRedis, total } from '../../support/cluster.ts'
import { sendCrowd } from '../../support/crowd.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

t.test('with the origin down the crowd gets what is stale, and where there is nothing the fallback', async (t) => {
  const cluster = await clusterOf(t, 2)
  const { origin, edges, ports } = cluster
  origin.on('/news', { body: 'old news', headers: EXPIRED })
  await visit(edges[0]!, '/news')
  await inRedis(edges[0]!)
  await origin.close()
  const sinceMs = performance.now()
  t.same(await bodiesOf(sendCrowd(ports, '/news', 200)), { '200 old news': 200 })
  t.same(await bodiesOf(sendCrowd(ports, '/soft', 200)), { '200 resting': 200 })
  const asked = await total(edges, 'weir_upstream_requests_total')
  // Each edge has a few tries, and a few more for each second that the crowds take to come.
  const most = 14 + (4 * (performance.now() - sinceMs)) / 1_000
  t.ok(asked <= most, `${asked} tries for 400 requests`)
})

t.test('the edge that fetches is killed: another one takes its place, once', async (t) => {
  const cluster = await clusterOf(t, 3)
  const { origin, edges, ports } = cluster
  const hold = origin.hold('/launch')
  const lost = visit(edges[0]!, '/launch').catch(() => 'lost')
  await until(() => hold.waiting === 1, { what: 'the first to be at the origin' })
  const others = sendCrowd(ports.slice(1), '/launch', 100)
  const waiting = async () => (await total(edges.slice(1), 'weir_requests_in_flight')) === 100
  await until(waiting, { what: 'the others to wait at the other edges' })
  await edges[0]!.kill()
  t.equal(await lost, 'lost')
  await origin.waitForCount(2, '/launch')
  hold.release()
  t.same(await bodiesOf(others), { '200 page': 100 })
  t.equal(origin.count('/launch'), 2)
})

t.test('the origin hangs: at the deadline all take what is stale', async (t) => {
  const cluster = await clusterOf(t, 2, { coalesceTimeoutMs: 500 })
  const { origin, edges, ports } = cluster
  origin.on('/news', { body: 'old news', headers: EXPIRED })
  await visit(edges[0]!, '/news')
  await inRedis(edges[0]!)
  const hold = origin.hold('/news')
  const first = visit(edges[0]!, '/news')
  await until(() => hold.waiting === 1, { what: 'the first to be at the origin' })
  t.same(await bodiesOf(sendCrowd(ports, '/news', 100)), { '200 old news': 100 })
  t.ok(origin.count('/news') <= 4, `the origin saw ${origin.count('/news')}`)
  hold.release()
  t.equal((await first).status, 200)
})

t.test('Redis is killed while one edge fetches: the other goes alone at once', async (t) => {
  const cluster = await clusterOf(t, 2)
  const { origin, redis, edges } = cluster
  const hold = origin.hold('/sale')
  const first = visit(edges[0]!, '/sale')
  await until(() => hold.waiting === 1, { what: 'the first to be at the origin' })
  const others = sendCrowd([edges[1]!.port], '/sale', 50)
  await until(async () => (await edges[1]!.metric('weir_requests_in_flight')) === 50, { what: 'the others to wait' })
  t.equal(hold.waiting, 1)
  await redis.kill()
  await until(() => hold.waiting === 2, { what: 'the other edge to ask for itself' })
  hold.release()
  t.equal((await first).text, 'page')
  t.same(await bodiesOf(others), { '200 page': 50 })
  t.equal(origin.count('/sale'), 2)
})

t.test('Redis answers no more: nobody waits for it for longer than a lookup may take', async (t) => {
  const { origin, redis, edges } = await clusterOf(t, 2, {}, 100)
  redis.pause()
  const startedMs = performance.now()
  const answers = await Promise.all(edges.map((edge) => visit(edge, '/silent')))
  const tookMs = performance.now() - startedMs
  redis.resume()
  t.ok(answers.every(({ text }) => text === 'page'))
  t.equal(origin.count('/silent'), 2)
  t.ok(tookMs < 4_000, `${tookMs} ms`)
})

t.test('a page for one person only is waited for once, and then by nobody', async (t) => {
  const cluster = await clusterOf(t, 2)
  const { origin, edges } = cluster
  origin.on('/mine', { body: 'mine', headers: { 'cache-control': 'private' } })
  const { hold, answers } = await gathered(cluster, '/mine', 40)
  const others = origin.hold('/mine')
  hold.release()
  await until(() => others.waiting === 39, { what: 'the others to be at the origin side by side' })
  others.release()
  t.same(await answers, { '200 mine': 40 })
  t.ok((await total(edges, 'weir_fill_leases_total', { outcome: 'uncacheable' })) >= 1)
})
