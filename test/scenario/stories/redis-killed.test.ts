// Redis dies, is silenced, and comes back, all under load. Nobody notices but the origin, and nobody waits for a Redis that says nothing.

import t from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { latencyMs, runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit, visitors } from '../../support/visit.ts'

const PAGES = 50
const pathOf = (index: number) => `/page/${index % PAGES}`

const origin = await startOrigin(t, (asked) => ({ body: `page ${asked.target}`, headers: { 'cache-control': 'max-age=600' } }))
const redis = await startRedis(t)
// Without memory every request goes to Redis first: the worst case.
const edge = await startEdge(t, {
  redis,
  bootstrap: { l1MaxBytes: 0 },
  site: { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } },
})

const lookups = (outcome: string) => edge.metric('weir_l2_lookups_total', { outcome })
const answeredByRedis = async (at: TestEdge) => /;hit;.*detail=L2/.test(cacheStatus(await visit(at, '/page/0')))

t.test('Redis is killed and comes back empty: no request fails, none is slow, and it is used again', async (t) => {
  await until(() => answeredByRedis(edge), { what: 'a page to come from Redis' })
  let answered = 0
  const afterAnother = async (count: number) => {
    const wanted = answered + count
    await until(() => answered >= wanted, { what: `${count} more answers`, deadlineMs: 30_000 })
  }
  const outage = async () => {
    await afterAnother(300)
    await redis.kill()
    await until(async () => (await edge.metric('weir_redis_state')) === 0, { what: 'the edge to say that Redis is away' })
    await afterAnother(300)
    await redis.restart()
    await until(() => answeredByRedis(edge), { what: 'a page to come from Redis again' })
    await afterAnother(300)
  }
  const send = visitors(t, edge, pathOf, (answer, index) => {
    answered += 1
    if (answer.text !== `page ${pathOf(index)}`) throw new Error(`${pathOf(index)} got ${answer.text}`)
  })
  const report = await runWhile(outage(), send, 8)
  t.same(report.failures, [])
  t.same(Object.keys(report.statuses), ['200'])
  t.ok(latencyMs(report, 1) < 4_000, `the slowest took ${Math.round(latencyMs(report, 1))} ms`)
  t.ok(latencyMs(report, 0.5) < 500, `half took more than ${Math.round(latencyMs(report, 0.5))} ms`)
})

t.test('Redis is silenced: a few lookups end after 20 ms, and the breaker spares the rest', async (t) => {
  // One that succeeded closes the breaker and begins its count anew.
  await until(() => answeredByRedis(edge), { what: 'a page to come from Redis' })
  const [lateBefore, sparedBefore] = [await lookups('late'), await lookups('spared')]
  redis.pause()
  const startedMs = performance.now()
  const statuses = new Set<number>()
  for (let i = 0; i < 300; i += 1) statuses.add((await visit(edge, pathOf(i))).status)
  const tookMs = performance.now() - startedMs
  redis.resume()

  t.same(statuses, new Set([200]))
  const late = (await lookups('late')) - lateBefore
  const spared = (await lookups('spared')) - sparedBefore
  // Five open the breaker; then one tries again each second.
  t.ok(late >= 5 && late <= 6 + tookMs / 1_000, `${late} waited in vain within ${Math.round(tookMs)} ms`)
  t.ok(spared >= 300 - late - 2 * Math.ceil(tookMs / 1_000), `${spared} were spared`)
  await until(() => answeredByRedis(edge), { what: 'a page to come from Redis again' })
})
