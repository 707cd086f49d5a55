import t from 'tap'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { explain } from '../../edge/explain.ts'
import { BROWSER, Line, toldOf } from '../support/exchange-maker.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const SITE = {
  clients: { trustedProxies: ['10.0.0.0/8'] },
  pools: {
    shop: { peers: [{ address: '127.0.0.1:1001' }, { address: '127.0.0.1:1002' }] },
    slow: { peers: [{ address: '127.0.0.1:2001' }], balance: 'round-robin' },
    empty: {},
  },
  limits: { people: { rate: '1/s', clients: 'people' }, all: { rate: '9/s', key: 'header:x-api-key' } },
  fallbacks: { pong: { status: 200, body: 'pong' } },
  routes: {
    product: {
      path: '/product/*',
      methods: ['GET'],
      pool: 'shop',
      crawlerPool: 'slow',
      limits: ['people', 'all'],
      cache: { key: { dropQuery: ['utm'] } },
    },
    ping: { path: '/ping', respond: 'pong' },
    bare: { path: '/bare', pool: 'empty' },
  },
}

function told(mode: 'cache-only' | 'fallback' | 'closed' | null = null) {
  const standing = { owner: 'ops', reason: 'too much load', setAtMs: 1, expiresAtMs: NOW_MS + 1 }
  const switches = mode === null ? [] : [{ id: 'sale', routes: [], clients: 'all' as const, mode, ...standing }]
  return toldOf(SITE, { seq: 1, switches, overrides: [] } satisfies Switchboard, 12)
}

const REQUEST = { method: 'GET', url: 'http://Shop.example/product/7?utm=1&b', headers: { 'User-Agent': BROWSER }, address: '198.51.100.7' }
const decide = (changes: Partial<typeof REQUEST> = {}, mode: Parameters<typeof told>[0] = null, nowMs = NOW_MS) =>
  explain(told(mode), { ...REQUEST, ...changes }, nowMs)

t.test('a decision is told whole: client, route, mode, limits, key, pool and peer', async (t) => {
  t.same(decide(), {
    revision: 12,
    host: 'shop.example',
    path: '/product/7',
    query: 'utm=1&b',
    client: { address: '198.51.100.7', class: 'person' },
    route: 'product',
    group: null,
    mode: { mode: 'normal', by: null, reason: null },
    limits: [
      { id: 'people', key: '198.51.100.7' },
      { id: 'all', key: '198.51.100.7' },
    ],
    cache: {
      store: 'standard',
      key: 'http://shop.example/product/7?b',
      parts: [
        { part: 'scheme', value: 'http' },
        { part: 'host', value: 'shop.example' },
        { part: 'path', value: '/product/7' },
        { part: 'query', value: 'b' },
      ],
      bypass: null,
      unkeyed: null,
    },
    pool: { id: 'shop', balance: 'consistent-hash', key: '/product/7', peer: decide().pool!.peer, peers: 2 },
    fault: null,
  })
})

t.test('the peer it names is the one that is asked', async (t) => {
  for (const path of ['/product/1', '/product/2', '/product/3', '/product/4']) {
    const line = new Line(SITE)
    await line.ask({ target: path })
    t.equal(decide({ url: `http://shop.example${path}` }).pool!.peer, line.upstream.sent[0]!.hop.address, path)
  }
})

t.test('a crawler has its own pool, and the limits that count it', async (t) => {
  const decision = decide({ headers: { 'User-Agent': 'Googlebot/2.1' } })
  t.match(decision, { client: { class: 'crawler' }, pool: { id: 'slow', peer: null, peers: 1 }, limits: [{ id: 'all' }] })
  t.equal(decision.limits.length, 1)
})

t.test('a trusted proxy names the client', async (t) => {
  const headers = { ...REQUEST.headers, 'X-Forwarded-For': '192.0.2.1', 'X-Api-Key': 'k' }
  t.match(decide({ address: '10.0.0.1', headers }), { client: { address: '192.0.2.1' }, limits: [{}, { key: 'header k' }] })
})

t.test('a switch is named with its reason, until it ends', async (t) => {
  t.match(decide({}, 'cache-only'), { mode: { mode: 'cache-only', by: 'sale', reason: 'too much load' }, fault: null })
  t.match(decide({}, 'cache-only', NOW_MS + 1), { mode: { mode: 'normal', by: null } })
})

t.test('a closed route is told as the fault it is answered with', async (t) => {
  t.match(decide({}, 'closed'), { route: 'product', mode: { mode: 'closed' }, fault: { code: 'CLOSED', status: 503 } })
  t.match(decide({}, 'fallback'), { fault: { code: 'CLOSED' } }, 'as is fallback mode where there is none')
})

t.test('what ends early tells how far it came', async (t) => {
  t.match(decide({ url: 'http://shop.example/none' }), { route: null, pool: null, cache: null, fault: { code: 'NO_ROUTE', status: 404 } })
  t.match(decide({ method: 'POST' }), { route: null, fault: { code: 'METHOD_NOT_ALLOWED', status: 405 } })
  t.match(decide({ url: 'http://shop.example/%00' }), { host: '', path: '/%00', fault: { code: 'BAD_TARGET' } })
  t.match(decide({ url: '/product/7' }), { fault: { code: 'BAD_HOST' } }, 'a path alone names no host')
})

t.test('a route without peers or without a pool has nobody to name', async (t) => {
  t.match(decide({ url: 'http://shop.example/bare' }), { pool: { id: 'empty', peer: null, peers: 0 } })
  t.match(decide({ url: 'http://shop.example/ping' }), { route: 'ping', pool: null })
  t.match(decide({ url: 'http://shop.example?x' }), { path: '/', query: 'x' })
})

t.test('explaining counts nothing', async (t) => {
  for (let i = 0; i < 5; i++) t.equal(decide().fault, null)
})

t.test('the group of a route is told, with what put the request there and who set its share', async (t) => {
  const group = { pool: 'slow', percent: 5, cookies: { beta: '1' } }
  const routes = { shop: { path: '/*', pool: 'shop', split: { groups: { next: group } } } }
  const standing = { owner: 'ops', reason: 'half of it', setAtMs: 1, expiresAtMs: NOW_MS + 1 }
  const weights = [{ route: 'shop', percents: { next: 50 }, ...standing }]
  const told = toldOf({ ...SITE, routes }, { seq: 1, switches: [], overrides: [], weights })
  const ask = (headers: Record<string, string>, nowMs = NOW_MS) =>
    explain(told, { ...REQUEST, headers: { ...REQUEST.headers, ...headers } }, nowMs)
  const set = { owner: 'ops', reason: 'half of it' }
  t.match(ask({ cookie: 'beta=1' }), { group: { id: 'next', by: 'rule', percent: 50, set }, pool: { id: 'slow' } })
  t.match(ask({ cookie: 'beta=1' }).cache?.parts.at(-1), { part: 'group', value: 'next' })
  t.same(ask({ cookie: 'beta=1' }, NOW_MS + 1).group, { id: 'next', by: 'rule', percent: 5, set: null })
  t.match(ask({ 'User-Agent': 'Googlebot/2.1' }), { group: { id: 'control', by: 'crawler' }, pool: { id: 'shop' } })
  t.equal(ask({}).group?.by, 'cohort')
})
