// What editors and shops need of a purge, with real edges around a real Redis: what was purged is gone everywhere once the command says
// so, whatever was under way, whoever was away, and whatever Redis still holds.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

const PAGES = 100
/** What pages show; a test changes it, as an editor does. */
const shown = { version: 1 }
const origin = await startOrigin(t, ({ method, target }) => ({
  body: `${target} v${shown.version}`,
  headers: {
    'cache-control': 'max-age=600',
    'surrogate-key': target.startsWith('/news') ? 'news all' : 'all',
    ...(target.startsWith('/cart') ? { 'cache-groups': '"cart"' } : {}),
    ...(method === 'POST' ? { 'cache-group-invalidation': '"cart"' } : {}),
  },
}))
const redis = await startRedis(t)
const site = {
  purge: { from: ['127.0.0.1/32'] },
  pools: { cms: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
  routes: { pages: { pool: 'cms', cache: { writesForget: 'everywhere' } } },
}
const control = await startControl(t, { site })
const edges: TestEdge[] = []
for (const edgeId of ['edge-1', 'edge-2', 'edge-3']) {
  edges.push(await startEdge(t, { control, edgeId, redis: { url: redis.url, lookupTimeoutMs: 5_000 } }))
}
const [one, two, three] = edges as [TestEdge, TestEdge, TestEdge]

const pageAt = async (edge: TestEdge, path: string) => (await visit(edge, path)).text
const isHit = async (edge: TestEdge, path: string) => cacheStatus(await visit(edge, path)).includes(';hit')
const kept = (edge: TestEdge, path: string) => until(() => isHit(edge, path), { what: `${path} to be kept`, deadlineMs: 30_000 })
async function purge(order: object, waitMs = 20_000) {
  const answer = await control.call('POST', `/v1/purges?waitMs=${waitMs}`, { body: { purges: [order] } })
  return JSON.parse(answer.text) as { seq: number; edges: { acked: number; of: number; afterMs: number; missing?: string[] } }
}

const connected = async () => JSON.parse((await control.call('GET', '/v1/edges')).text).connected === edges.length
await until(connected, { what: 'three edges', deadlineMs: 20_000 })

t.test('by a label: gone from all edges once the command says so; what has another label stays', async (t) => {
  for (const edge of edges) for (let i = 0; i < PAGES; i++) await visit(edge, `/news/${i}`)
  for (const edge of edges) await kept(edge, '/about')
  shown.version = 2
  const run = await control.weir('purge', '--tag', 'news', '--wait')
  t.match(run, { code: 0, output: /purged on 3\/3 in \d+ ms/ })
  t.comment(run.output.trim())
  for (const edge of edges) for (let i = 0; i < PAGES; i += 29) t.equal(await pageAt(edge, `/news/${i}`), `/news/${i} v2`)
  for (const edge of edges) t.equal(await pageAt(edge, '/about'), '/about v1')
  const answer = await visit(one, '/about')
  t.equal(answer.headers['surrogate-key'], undefined, 'labels are not for clients')
})

t.test('while a page is fetched: what that fetch brings is neither shared with who comes later nor kept', async (t) => {
  await kept(one, '/news/1')
  await purge({ by: 'url', url: 'http://shop.test/news/held' })
  const asked = origin.count('/news/held')
  const hold = origin.hold('/news/held')
  const before = shown.version
  const early = visit(one, '/news/held')
  await origin.waitForCount(asked + 1, '/news/held')
  t.match(await purge({ by: 'url', url: 'http://SHOP.test:80/news/./held' }), { edges: { acked: 3, of: 3 } })
  const late = visit(one, '/news/held')
  await origin.waitForCount(asked + 2, '/news/held')
  hold.release()
  t.match([(await early).status, (await late).text], [200, `/news/held v${before}`])
  // The one from before the purge came back last, or first: either way it answers nobody any more.
  shown.version += 1
  await purge({ by: 'tag', tag: 'news' })
  for (const edge of edges) t.equal(await pageAt(edge, '/news/held'), `/news/held v${shown.version}`)
})

t.test('an edge that was stopped meanwhile is named, and serves nothing that it missed when it goes on', async (t) => {
  for (const edge of edges) await kept(edge, '/news/2')
  process.kill(three.pid, 'SIGSTOP')
  shown.version += 1
  // Longer than an edge may take what it knows for all there is.
  const run = await control.weir('purge', '--tag', 'news', '--wait', '--timeout', '7s')
  t.match(run, { code: 1, output: /purged on 2.3 in \d+ ms\n[\s\S]*edge-3 has not said/ })
  process.kill(three.pid, 'SIGCONT')
  t.equal(await pageAt(three, '/news/2'), `/news/2 v${shown.version}`, 'its very first answer')
})

t.test('an edge that was away meanwhile catches up before it serves, though Redis still has what was purged', async (t) => {
  for (const edge of edges) await kept(edge, '/news/3')
  await three.kill()
  shown.version += 1
  await purge({ by: 'prefix', prefix: 'http://shop.test/news/' }, 0)
  await three.start()
  t.equal(await pageAt(three, '/news/3'), `/news/3 v${shown.version}`)
})

t.test('an edge that starts while nobody can say what was purged uses nothing from before unasked, and stands in with it', async (t) => {
  for (const edge of edges) await kept(edge, '/news/9')
  await three.kill()
  shown.version += 1
  await purge({ by: 'tag', tag: 'news' }, 0)
  await control.kill()
  await three.start()
  t.equal(await pageAt(three, '/news/9'), `/news/9 v${shown.version}`, 'validated, though Redis still has what was purged')
  t.ok(await isHit(three, '/news/9'), 'once')
  await kept(two, '/about')
  await origin.close()
  t.match(await visit(three, '/about'), { status: 200, text: /^.about v/ })
  await origin.listen()
  await control.start()
  await until(connected, { what: 'all edges to be back', deadlineMs: 20_000 })
})

t.test('repeated a moment later, a purge beats an origin that reads a replica that lags', async (t) => {
  await kept(two, '/news/4')
  const old = shown.version
  // The write is done; what the origin reads is not yet there.
  await purge({ by: 'tag', tag: 'news', againAfterMs: 4_000 })
  t.equal(await pageAt(two, '/news/4'), `/news/4 v${old}`, 'the replica lags, and that is kept')
  shown.version += 1
  const caught = async () => (await pageAt(two, '/news/4')) === `/news/4 v${shown.version}`
  await until(caught, { what: 'the second purge', deadlineMs: 30_000 })
})

t.test('PURGE at one edge, and a group that an answer to a POST names, are gone from all', async (t) => {
  for (const edge of edges) await kept(edge, '/news/7')
  shown.version += 1
  t.match(await visit(one, '/news/7', { method: 'PURGE' }), { status: 200, text: /news.7/ })
  t.equal(await pageAt(one, '/news/7'), `/news/7 v${shown.version}`, 'here at once')
  const everywhere = async (path: string) => {
    for (const edge of edges) if ((await pageAt(edge, path)) !== `${path} v${shown.version}`) return false
    return true
  }
  await until(() => everywhere('/news/7'), { what: 'it to be gone from all edges', deadlineMs: 30_000 })

  for (const edge of edges) await kept(edge, '/cart/1')
  shown.version += 1
  await visit(two, '/order', { method: 'POST' })
  t.equal(await pageAt(two, '/cart/1'), `/cart/1 v${shown.version}`)
  await until(() => everywhere('/cart/1'), { what: 'the group to be gone from all edges', deadlineMs: 30_000 })
})

t.test('a write at one edge, where the rule says so, is forgotten by the memory of all', async (t) => {
  for (const edge of edges) await kept(edge, '/news/8')
  shown.version += 1
  t.match(await visit(two, '/news/8', { method: 'POST' }), { status: 200 })
  t.equal(await pageAt(two, '/news/8'), `/news/8 v${shown.version}`)
  const forgotten = async () => (await pageAt(one, '/news/8')) === `/news/8 v${shown.version}`
  await until(forgotten, { what: 'the other edge to forget it', deadlineMs: 30_000 })
  const log = (await control.call('GET', '/v1/purges?limit=5')).text
  t.match(log, /"by":"url","url":"http:\/\/shop.test\/news\/8"[^{}]*\}[^{}]*"owner":"edge-2","reason":"purged at this edge"/)
  t.notMatch((await control.call('GET', '/v1/audit?limit=5')).text, 'edge-2', 'the audit is for what people did')
})

t.test('soft: the page is stale, and stands in while its origin is away', async (t) => {
  await kept(one, '/news/5')
  const old = shown.version
  t.match(await purge({ by: 'tag', tag: 'news', mode: 'soft' }), { edges: { acked: 3 } })
  await origin.close()
  t.equal(await pageAt(one, '/news/5'), `/news/5 v${old}`)
  await origin.listen()
  shown.version += 1
  await until(async () => (await pageAt(one, '/news/5')) === `/news/5 v${shown.version}`, { what: 'the new page', deadlineMs: 30_000 })
})

t.test('Redis is killed and emptied in between: nobody sees an error, and nothing comes back', async (t) => {
  for (const edge of edges) await kept(edge, '/news/6')
  shown.version += 1
  await redis.kill()
  t.match(await purge({ by: 'all' }), { edges: { acked: 3, of: 3 } })
  for (const edge of edges) t.match(await visit(edge, '/news/6'), { status: 200, text: `/news/6 v${shown.version}` })
  await redis.restart()
  for (const edge of edges) t.match(await visit(edge, '/news/6'), { status: 200, text: `/news/6 v${shown.version}` })
})
