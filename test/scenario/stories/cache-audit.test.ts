import t from 'tap'
import { cache } from '../../../control/cli/cache.ts'
import { runCommand } from '../../../control/cli/run-command.ts'
import { systemClock, systemTimers } from '../../../edge/base/system/clock.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { AuditGroup, AuditReport } from '../../../edge/contract/audit.ts'
import { startEdge } from '../../support/edge.ts'
import { request } from '../../support/http-client.ts'
import { type OriginAnswer, startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import type { Scope } from '../../support/scope.ts'

const page = (body: string, headers: Record<string, string> = {}): OriginAnswer => ({
  body,
  headers: { 'cache-control': 'max-age=600', etag: `"${body}"`, ...headers },
})

const SITE = (port: number) => ({
  pools: { shop: { peers: [{ address: `127.0.0.1:${port}` }] } },
  routes: {
    item: { path: '/item/*', pool: 'shop', cache: { crawlerFills: 'all' } },
    news: {
      path: '/news/*',
      pool: 'shop',
      cache: { crawlerFills: 'all', key: { headers: { 'X-Country': {} }, identity: 'cookie:who', device: 'yes' } },
    },
  },
})

async function shop(t: Scope, more: { workers?: number; redis?: { url: string; lookupTimeoutMs: number }; bootstrap?: object } = {}) {
  const origin = await startOrigin(t)
  for (let i = 0; i < 30; i++) origin.on(`/item/${i}`, page(`item ${i}`))
  for (let i = 0; i < 5; i++)
    origin.on(`/news/${i}`, ({ headers }) => page(`news ${i} for ${headers['x-country']} ${headers['x-ua-device']}`))
  const edge = await startEdge(t, { site: SITE(origin.port), ...more } as Parameters<typeof startEdge>[1])
  const get = (path: string, headers: Record<string, string> = {}) => request({ port: edge.port, path, headers })
  for (let i = 0; i < 30; i++) await get(`/item/${i}`)
  const adminPort = Number(/admin on http:\/\/\S+:(\d+)/.exec(edge.output)![1])
  const audit = async (...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []]
    const terminal = { out: (l: string) => out.push(l), err: (l: string) => err.push(l), columns: 120, interactive: false, draw: () => {} }
    const world = {
      terminal,
      clock: systemClock,
      timers: systemTimers,
      files: systemFiles,
      env: {},
      hold: () => () => {},
      untilStopped: () => new Promise<string>(() => {}),
    }
    const at = ['--edge', `http://127.0.0.1:${adminPort}`, '--rate', '1000/s']
    const code = await runCommand(['cache', 'audit', ...at, ...words], [cache], world)
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
  const groups = async (...words: string[]) => (JSON.parse((await audit('--json', ...words)).out) as AuditReport).groups
  return { origin, edge, get, audit, groups, adminPort }
}

const ofRoute = (groups: readonly AuditGroup[], route: string) => groups.find((group) => group.route === route)!

t.test('what changed behind the cache is found exactly, repaired with --fix, and then there is none', async (t) => {
  const { origin, edge, get, audit, groups } = await shop(t)
  t.match(await audit(), { code: 0, out: /0 of 30 compared drifted \(0\.0 %\)/ })

  for (const i of [1, 2, 3]) origin.on(`/item/${i}`, page(`item ${i}, cheaper`))
  origin.on('/item/4', page('item 4', { etag: '"other"' }))
  origin.on('/item/5', { status: 404, body: 'gone' })
  origin.on('/item/6', page('item 6', { 'cache-control': 'no-store' }))
  origin.on('/item/7', { status: 301, body: '', headers: { location: '/item/8' } })
  const found = ofRoute(await groups(), 'item')
  t.match(found, {
    held: 30,
    sampled: 30,
    verdicts: { same: 23, content: 3, validator: 1, gone: 1, uncacheable: 1, status: 1, error: 0 },
    fixed: 0,
  })
  t.same(found.examples.map(({ url, drift }) => `${drift} ${new URL(url).pathname}`).sort(), [
    'content /item/1',
    'content /item/2',
    'content /item/3',
    'gone /item/5',
    'status /item/7',
    'uncacheable /item/6',
    'validator /item/4',
  ])
  t.equal((await get('/item/1')).text, 'item 1', 'an audit changes nothing by itself')
  t.equal(await edge.metric('weir_cache_drift_ratio', { route: 'item' }), 7 / 30)
  t.equal(await edge.metric('weir_cache_audit_total', { route: 'item', verdict: 'content' }), 3)

  t.match(await audit(), { code: 1, out: /7 of 30 compared drifted \(23\.3 %\)/ })
  t.match(await audit('--fix'), { code: 0, out: /7 of 30 compared drifted \(23\.3 %\), 7 forgotten/ })
  t.equal((await get('/item/1')).text, 'item 1, cheaper')
  t.equal((await get('/item/4')).headers.etag, '"other"')
  t.match(await audit(), { code: 0, out: /0 of 25 compared drifted/ })
})

t.test('an origin that is down says nothing, and nothing is forgotten', async (t) => {
  const { origin, audit, groups, get } = await shop(t)
  origin.on('/item/1', { status: 503, body: 'busy' })
  origin.on('/item/2', { status: 403, body: 'not you' })
  t.match(ofRoute(await groups('--fix'), 'item'), { verdicts: { same: 28, error: 2 }, fixed: 0 })
  await origin.close()
  t.match(ofRoute(await groups('--fix'), 'item'), { held: 30, verdicts: { same: 0, error: 30 }, fixed: 0 })
  t.equal((await audit()).code, 0)
  t.equal((await get('/item/1')).text, 'item 1')
})

t.test('variants and keyed fields are asked for as they were; who asked is not asked for again', async (t) => {
  const { origin, get, groups } = await shop(t)
  origin.on('/item/90', ({ headers }) => page(`in ${headers['accept-language'] ?? 'any'}`, { vary: 'Accept-Language' }))
  await get('/item/90', { 'accept-language': 'de' })
  await get('/item/90', { 'accept-language': 'fr' })
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148'
  await get('/news/1', { 'x-country': 'de', 'user-agent': phone })
  await get('/news/2', {})
  await get('/news/4', { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' })
  await get('/news/3', { cookie: 'who=me' })
  const all = await groups()
  t.match(ofRoute(all, 'item'), { held: 32, verdicts: { same: 32 } })
  t.match(ofRoute(all, 'news'), { held: 4, sampled: 4, verdicts: { same: 3 }, skipped: { identity: 1 } })
})

t.test('every group has its part in a small sample', async (t) => {
  const { get, groups } = await shop(t)
  await get('/news/1')
  await get('/news/2')
  const all = await groups('--sample', '6')
  t.match(ofRoute(all, 'news'), { held: 2, sampled: 2 })
  t.match(ofRoute(all, 'item'), { held: 30, sampled: 4 })
})

t.test('two workers share an audit out; what is forgotten is forgotten by both, and in Redis', async (t) => {
  const redis = await startRedis(t)
  const { origin, get, groups } = await shop(t, { workers: 2, redis: { url: redis.url, lookupTimeoutMs: 5_000 } })
  for (const i of [1, 2]) origin.on(`/item/${i}`, page(`item ${i}, cheaper`))
  const before = origin.count()
  t.match(ofRoute(await groups('--fix'), 'item'), { held: 30, sampled: 30, verdicts: { same: 28, content: 2 }, fixed: 2 })
  t.equal(origin.count() - before, 30, 'each is asked for once')
  for (let i = 0; i < 8; i++) t.equal((await get('/item/1')).text, 'item 1, cheaper')
})

t.test('audits run by themselves, and a second one at once is refused', async (t) => {
  const { origin, edge, adminPort } = await shop(t, { bootstrap: { audit: { everyMs: 200, sample: 10, ratePerS: 1000 } } })
  const sum = async () => edge.metric('weir_cache_audit_total', { route: 'item', verdict: 'same' })
  while ((await sum()) < 10) await origin.waitForCount(origin.count() + 1)
  const slow = await shop(t)
  const gate = slow.origin.hold()
  const first = slow.audit()
  await slow.origin.waitForCount(31)
  t.match(await slow.audit(), { code: 1, err: /an audit is under way/ })
  gate.release()
  t.equal((await first).code, 0)
  t.equal(
    (await request({ port: adminPort, method: 'POST', path: '/cache/audit', headers: { origin: 'http://evil.example' } })).status,
    403,
  )
  t.equal((await request({ port: adminPort, method: 'POST', path: '/cache/audit?sample=99999' })).status, 400)
})
