// Too many connections: of all clients together, of one address, and requests on one connection. Who is over is turned away, everybody
// else is served as before, and a place that becomes free is given to the next.

import t, { type Test } from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'

const GET = 'GET /page HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n\r\n'

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })
const site = {
  clients: { trustedProxies: ['127.0.0.9/32'] },
  pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
  routes: { pages: { pool: 'shop' } },
}
const edgeWith = (bootstrap: Readonly<Record<string, unknown>>) => startEdge(t, { site, bootstrap })

/** A client that was served once and keeps its connection. */
async function guest(t: Test, edge: TestEdge, from = '127.0.0.1'): Promise<WireClient> {
  const client = await WireClient.connect(t, edge.port, { from })
  client.send(GET)
  t.match(await client.answered(1), { status: 200, text: 'page' }, `a guest from ${from}`)
  return client
}

/** A client that comes when there is no place for it. */
async function turnedAway(t: Test, edge: TestEdge, from = '127.0.0.1'): Promise<void> {
  const asked = origin.count()
  const client = await WireClient.connect(t, edge.port, { from })
  client.send(GET)
  await client.closed()
  // In silence, or with a word; but not served.
  t.ok(
    client.answers.every(({ status }) => status === 503),
    client.describe(),
  )
  t.equal(origin.count(), asked, 'and its request went nowhere')
}

const connections = (edge: TestEdge, count: number) =>
  until(async () => (await edge.metric('weir_connections')) === count, { what: `${count} connections` })

t.test('more clients than there are places: the next is turned away, until somebody leaves', async (t) => {
  const edge = await edgeWith({ maxConnections: 10 })
  const guests: WireClient[] = []
  for (let i = 0; i < 10; i += 1) guests.push(await guest(t, edge))
  for (let i = 0; i < 5; i += 1) await turnedAway(t, edge)
  for (const client of guests) {
    client.send(GET)
    t.equal((await client.answered(2)).status, 200, 'those inside are served as before')
  }
  guests[0]?.socket.destroy()
  await connections(edge, 9)
  await guest(t, edge)
  await turnedAway(t, edge)
  t.ok((await edge.metric('weir_connections_refused_total', { reason: 'max-connections' })) >= 6)
})

t.test('more connections than one address may have: another address is not hurt, a trusted proxy is not counted', async (t) => {
  const edge = await edgeWith({ maxConnectionsPerAddress: 3 })
  const crowd: WireClient[] = []
  for (let i = 0; i < 3; i += 1) crowd.push(await guest(t, edge, '127.0.0.2'))
  await turnedAway(t, edge, '127.0.0.2')
  await guest(t, edge, '127.0.0.3')
  for (let i = 0; i < 10; i += 1) await guest(t, edge, '127.0.0.9')
  await turnedAway(t, edge, '127.0.0.2')
  crowd[0]?.socket.resetAndDestroy()
  await connections(edge, 13)
  await guest(t, edge, '127.0.0.2')
  await turnedAway(t, edge, '127.0.0.2')
  t.ok((await edge.metric('weir_connections_refused_total', { reason: 'max-per-address' })) >= 3)
})

t.test('a thousand connections that come and go leave their places free', async (t) => {
  const edge = await edgeWith({ maxConnections: 20, maxConnectionsPerAddress: 20 })
  for (let round = 0; round < 50; round += 1) {
    const clients = await Promise.all(Array.from({ length: 20 }, () => WireClient.connect(null, edge.port)))
    // Those whom the system has taken, and the edge not yet, would be in the way of the next round.
    await until(async () => (await edge.metric('weir_connections')) === 20, { what: 'all to be there' })
    for (const [i, { socket }] of clients.entries()) {
      if (i % 3 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    await connections(edge, 0)
  }
  await guest(t, edge)
})

t.test('the last request that a connection may have says so, and nothing is served behind it', async (t) => {
  const edge = await edgeWith({ maxRequestsPerConnection: 5 })
  const asked = origin.count()
  const client = await WireClient.connect(t, edge.port)
  client.send(GET.repeat(8))
  await client.closed()
  t.equal(client.answers.length, 5, client.describe())
  const last = client.answers.map(({ message }) => message.fields.some(([name, value]) => name === 'connection' && value === 'close'))
  t.same(last, [false, false, false, false, true])
  t.equal(origin.count(), asked + 5)
})

t.test('a connection with nothing to do is closed when its time is over, and not before', async (t) => {
  const edge = await edgeWith({ keepAliveMs: 1_000 })
  // From before its request on: when the edge began to wait, its client need not have known.
  const sinceMs = performance.now()
  const client = await guest(t, edge)
  t.equal(await client.closed(20_000), 'fin')
  const tookMs = performance.now() - sinceMs
  t.ok(tookMs > 700, `after ${Math.round(tookMs)} ms`)
})
