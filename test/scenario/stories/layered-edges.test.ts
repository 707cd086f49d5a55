// An access edge in front of a cache edge in front of the origin. Who the client is survives both, and a request that goes in a circle ends.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { freePorts } from '../../support/free-port.ts'
import { startOrigin } from '../../support/origin.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

/** Addresses a client can come from on one machine; the edges speak to each other from 127.0.0.1. */
const CLIENT = '127.0.0.2'
const OTHER_CLIENT = '127.0.0.3'

t.test('two layers: each adds its name, and the client is known to all', async (t) => {
  const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const cache = await startEdge(t, {
    edgeId: 'cache',
    site: {
      clients: { trustedProxies: ['127.0.0.1/32'] },
      pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
      limits: { each: { rate: '2/h', key: 'address' } },
      routes: { pages: { pool: 'shop' }, search: { path: '/search', pool: 'shop', limits: ['each'], cache: { store: 'off' } } },
    },
  })
  const access = await startEdge(t, {
    edgeId: 'access',
    site: {
      pools: { caches: { peers: [{ address: `127.0.0.1:${cache.port}` }] } },
      routes: { pages: { pool: 'caches' }, search: { path: '/search', pool: 'caches', cache: { store: 'off' } } },
    },
  })

  const lies = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=198.51.100.7', 'x-real-ip': '198.51.100.7' }
  const first = await visit(access, '/page', { from: CLIENT, headers: { ...lies, host: 'shop.test', via: '1.1 phone' } })
  t.match(first, { status: 200, text: 'page' })
  t.match(cacheStatus(first), /^cache;fwd=uri-miss;stored, access;fwd=uri-miss;stored$/)
  const seen = origin.requests[0]!.headers
  t.match(seen, { host: 'shop.test', via: '1.1 phone, 1.1 access, 1.1 cache', 'cdn-loop': 'access, cache' })
  t.match(seen, { 'x-forwarded-for': `${CLIENT}, 127.0.0.1`, 'x-forwarded-host': 'shop.test', 'x-forwarded-proto': 'http' })
  t.match(seen.forwarded, /^for="?127\.0\.0\.2"?;.*, for="?127\.0\.0\.1"?;/)
  t.notMatch(JSON.stringify(seen), '198.51.100.7', 'a client cannot say that it is somebody else')

  t.match(cacheStatus(await visit(access, '/page', { from: CLIENT, headers: { host: 'shop.test' } })), /access;hit;/)
  t.equal(origin.count('/page'), 1)

  const search = async (from: string) => (await visit(access, '/search', { from })).status
  t.same([await search(CLIENT), await search(CLIENT), await search(CLIENT)], [200, 200, 429], 'the inner edge counts the client')
  t.equal(await search(OTHER_CLIENT), 200, 'and not the edge in front of it')
})

t.test('two edges that point at each other answer 508 instead of going round', async (t) => {
  const [left, right] = (await freePorts(2)) as [number, number]
  const pointingAt = (port: number) => ({
    pools: { next: { peers: [{ address: `127.0.0.1:${port}` }] } },
    // It comes back with the key that it left with, and must not wait there for itself: its client would not wait for so long.
    routes: { all: { pool: 'next', cache: { coalesceTimeoutMs: 60_000 } } },
  })
  const first = await startEdge(t, { edgeId: 'left', site: pointingAt(right), bootstrap: { listen: `127.0.0.1:${left}` } })
  const second = await startEdge(t, { edgeId: 'right', site: pointingAt(left), bootstrap: { listen: `127.0.0.1:${right}` } })
  t.equal((await visit({ port: left }, '/round')).status, 508)
  t.equal(await first.metric('weir_faults_total', { code: 'LOOP' }), 1, 'the first to see it again refused it')
  t.equal(await second.metric('weir_upstream_requests_total'), 1)
})

t.test('an edge that is trusted says who the client is and what it has paid; a client that says so is not believed', async (t) => {
  const origin = await startOrigin(t, { body: 'page' })
  const limits = { each: { rate: '2/h', key: 'address' } }
  const cache = await startEdge(t, {
    edgeId: 'cache',
    site: {
      clients: { trustedEdges: ['127.0.0.1/32'] },
      pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
      limits,
      routes: { all: { pool: 'shop', limits: ['each'], cache: { store: 'off' } } },
    },
  })
  const access = await startEdge(t, {
    edgeId: 'access',
    site: {
      pools: { caches: { peersAre: 'edges', peers: [{ address: `127.0.0.1:${cache.port}` }] } },
      limits,
      routes: { all: { pool: 'caches', limits: ['each'], cache: { store: 'off' } } },
    },
  })
  const lies = { 'weir-client': 'class=person, paid=("each")' }
  const crawler = { ...lies, 'user-agent': 'Googlebot/2.1' }
  const statusAt = async (edge: { port: number }, headers: Record<string, string>) =>
    (await visit(edge, '/', { from: CLIENT, headers })).status
  t.same([await statusAt(access, crawler), await statusAt(access, lies)], [200, 200])
  t.equal(await cache.metric('weir_clients_total', { class: 'crawler' }), 1, 'the class that the edge in front saw')
  t.equal(await statusAt(access, lies), 429, 'counted at the edge in front')
  t.same([await statusAt(cache, lies), await statusAt(cache, lies)], [200, 200], 'and not a second time behind it')
  t.equal(await statusAt(cache, lies), 429, 'where a client cannot say that it has paid')
  t.ok(
    origin.requests.every(({ headers }) => headers['weir-client'] === undefined),
    'origins hear nothing of this',
  )
})
