// A page is kept for an hour, and new a moment after its row was written: changes come through a Redis stream and by POST, out of
// order, twice, and while the control plane is killed.

import t from 'tap'
import { redisClient } from '../../support/change-redis.ts'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

/** The database: slug and version of one item. */
const item = { slug: 'blue-chair', category: 'chairs', version: 1 }
const origin = await startOrigin(t, ({ target }) => ({
  body: `${target} ${item.version}`,
  headers: { 'cache-control': 'max-age=3600', 'surrogate-key': target.startsWith('/item/') ? 'item-7' : target.slice(1).replace('/', '-') },
}))
const server = await startRedis(t)
const redis = await redisClient(t, server.url)
const control = await startControl(t, {
  changes: { url: server.url, claimIdleMs: 500, batch: 20 },
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { pages: { pool: 'shop' } },
    changes: {
      item: {
        table: 'shop.item',
        columns: ['id', 'slug', 'category', 'version'],
        versionFrom: 'version',
        purge: [{ tag: 'item-{id}' }, { tag: 'category-{category}' }, { url: 'http://shop.test/item/{slug}' }],
      },
    },
  },
})
const edge = await startEdge(t, { control, redis: server })

const change = (version: number, old?: object, more: object = {}) => ({
  database: 'shop',
  table: 'item',
  type: 'UPDATE',
  data: [{ id: '7', slug: item.slug, category: item.category, version, ...more }],
  old: old ? [old] : null,
  pkNames: ['id'],
})
const add = (value: unknown) => redis.xadd('weir:changes', '*', 'change', typeof value === 'string' ? value : JSON.stringify(value))
const page = async (path = '/item/blue-chair') => {
  const answer = await visit(edge, path)
  return { text: answer.text, isHit: /;\s*hit/.test(cacheStatus(answer)) }
}
const purgeSeq = async () => (JSON.parse((await control.call('GET', '/v1/purges?limit=1')).text) as { seq: number }).seq
const stream = async () =>
  (JSON.parse((await control.call('GET', '/v1/changes')).text) as { stream: { state: string; lag: number; deadLetters: number } }).stream
const caughtUp = () =>
  until(
    async () => {
      const entries = (await redis.xpending('weir:changes', 'weir')) as [number]
      const [group] = (await redis.xinfo('GROUPS', 'weir:changes')) as unknown[][]
      return entries[0] === 0 && group?.[group.indexOf('lag') + 1] === 0
    },
    { what: 'the stream to be read to its end', deadlineMs: 20_000 },
  )

t.test('a page that was kept is new once its row was written', async (t) => {
  await until(async () => (await page()).isHit, { what: 'the page to be kept', deadlineMs: 30_000 })
  item.version = 2
  t.match(await page(), { text: '/item/blue-chair 1', isHit: true })
  await add(change(2))
  await until(async () => (await page()).text === '/item/blue-chair 2', { what: 'the new page' })
  t.match(await page(), { isHit: true })
})

t.test('changes out of order leave the newest version, and the older one fetches nothing', async (t) => {
  item.version = 4
  await add(change(4))
  await until(async () => (await page()).text === '/item/blue-chair 4', { what: 'the newest page' })
  const [seq, fetches] = [await purgeSeq(), origin.count('/item/blue-chair')]
  await add(change(3))
  await caughtUp()
  t.equal(await purgeSeq(), seq)
  t.match(await page(), { text: '/item/blue-chair 4', isHit: true })
  t.equal(origin.count('/item/blue-chair'), fetches)
})

t.test('an item that moves is new on the page that it left, even when that is heard last', async (t) => {
  const pages = ['/category/chairs', '/category/sofas', '/category/beds']
  for (const path of pages) await until(async () => (await page(path)).isHit, { what: `${path} to be kept` })
  item.version = 6
  await add(change(6, { category: 'sofas' }, { category: 'beds' }))
  await add(change(5, { category: 'chairs' }, { category: 'sofas' }))
  for (const path of pages) await until(async () => (await page(path)).text === `${path} 6`, { what: `the new ${path}` })
  for (const path of pages) t.match(await page(path), { isHit: true })
  item.category = 'beds'
})

t.test('a replay of all that was said changes nothing', async (t) => {
  const said = await redis.xrange('weir:changes', '-', '+')
  await caughtUp()
  await page()
  const [seq, audit] = [await purgeSeq(), (await control.call('GET', '/v1/audit?limit=5')).text]
  for (const [, [, text]] of said) await add(text!)
  await caughtUp()
  t.equal(await purgeSeq(), seq)
  t.equal((await control.call('GET', '/v1/audit?limit=5')).text, audit)
  t.match(await page(), { isHit: true })
})

t.test('by POST the answer says that the edge has it, and a repeated POST says the same', async (t) => {
  item.version = 7
  const post = () => control.call('POST', '/v1/changes?waitMs=10000', { body: [change(7), { database: 'shop' }] })
  const answer = await post()
  t.match(JSON.parse(answer.text), { changes: [{ outcome: 'accepted', purges: 3 }, { outcome: 'invalid' }], edges: { acked: 1, of: 1 } })
  t.match(await page(), { text: '/item/blue-chair 7', isHit: false }, 'who was told so sees the new page at once')
  t.match(JSON.parse((await post()).text), { changes: [{ outcome: 'ignored-older' }, { outcome: 'invalid' }], purgeSeq: null })
})

t.test('a control plane that is killed while it reads loses nothing', async (t) => {
  const before = await purgeSeq()
  const adding = (async () => {
    for (let id = 100; id < 400; id += 1)
      await add({ ...change(1), data: [{ id: String(id), slug: `s${id}`, category: null, version: 1 }] })
  })()
  await until(async () => (await purgeSeq()) > before + 100, { what: 'some of it to be purged' })
  await control.kill()
  await adding
  await control.start()
  await caughtUp()
  const tags = new Set<string>()
  for (let last = (await purgeSeq()) + 1; last > before + 1; ) {
    const { purges } = JSON.parse((await control.call('GET', `/v1/purges?limit=500&before=${last}`)).text) as {
      purges: { seq: number; order: { tag?: string } }[]
    }
    for (const { order } of purges) if (order.tag) tags.add(order.tag)
    last = purges.at(-1)?.seq ?? 0
  }
  t.equal([...tags].filter((tag) => /^item-[1-3][0-9][0-9]$/.test(tag)).length, 300)
  t.equal((await stream()).deadLetters, 0)
})

t.test('what cannot be used is shown with its reason, and can be tried again', async (t) => {
  await add('{"database":')
  await add(change(9, undefined, { slug: '\ud800' }))
  await add('{"__proto__":{"database":"shop"},"constructor":1}')
  // It is measured once a second.
  const measured = async () => {
    const { lag, deadLetters } = await stream()
    return lag === 0 && deadLetters === 3
  }
  await until(measured, { what: 'three dead letters to be counted', deadlineMs: 30_000 })
  t.match(await control.weir('changes', 'status'), {
    code: 0,
    output: /stream weir:changes, group weir, as weir-\w+: up .*\n.*\n3 dead letters/,
  })
  const listed = await control.weir('changes', 'dead-letters', '--json')
  const letters = JSON.parse(listed.output) as { id: string; reason: string }[]
  t.match(
    letters.map(({ reason }) => reason),
    [/missing field "database"/, /is no valid Unicode|no column/, /is not JSON/],
  )
  const broken = letters[2]!.id
  t.match(await control.weir('changes', 'dead-letters', '--retry', broken), { code: 0, output: /^1 dead letter put back into the stream/ })
  const cameBack = async () => {
    const ids = (await redis.xrange('weir:changes:dead', '-', '+')).map(([id]) => id)
    return ids.length === 3 && !ids.includes(broken)
  }
  await until(cameBack, { what: 'it to come back under another id, since it is still wrong' })
})

t.test('Redis away is shown and stops nothing; what comes after it purges', async (t) => {
  await server.kill()
  await until(async () => (await stream()).state === 'down', { what: 'the control plane to say so' })
  t.match(await control.weir('changes', 'status'), { code: 1, output: /down for/ })
  t.match((await control.call('GET', '/metrics')).text, /^weir_changes_stream_state 0$/m)
  item.version = 10
  t.match((await control.call('POST', '/v1/changes?waitMs=10000', { body: change(10) })).text, /accepted/)
  t.match(await page(), { text: '/item/blue-chair 10' })
  await server.restart()
  await until(async () => (await stream()).state === 'up', { what: 'the stream to be read again' })
  item.version = 11
  await until(() => add(change(11)), { what: 'the client of the test to be back' })
  await until(async () => (await page()).text === '/item/blue-chair 11', { what: 'the new page' })
})
