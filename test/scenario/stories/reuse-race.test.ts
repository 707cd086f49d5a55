// An origin closes kept connections in the moment they are used again, now in peace, now with a reset: the oldest race of proxies.
// Who asks for something that may run twice never hears of it, and nobody holds it against the origin.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { runLoad } from '../../support/load.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { visit, visitors } from '../../support/visit.ts'

const REQUESTS = 10_000
const random = new SeededRandom(20_261_121)
const ANSWER = 'HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 4\r\n\r\npage'

/** What the origin did to requests on connections that had served before. */
const done = { answered: 0, closed: 0, reset: 0, closedIdle: 0 }
const origin = createServer((socket) => {
  let served = 0
  socket.on('error', () => {})
  socket.on('data', () => {
    served += 1
    const fate = served === 1 ? 1 : random.next()
    if (fate < 0.15) return close(socket)
    if (fate < 0.3) return reset(socket)
    if (served > 1) done.answered += 1
    socket.write(ANSWER)
    // And sometimes before the next request comes, or while it is on its way.
    if (random.next() < 0.1) setImmediate(() => socket.end(() => done.closedIdle++))
  })
})
t.teardown(() => origin.close())
await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))

function close(socket: Socket): void {
  done.closed += 1
  socket.end()
}

function reset(socket: Socket): void {
  done.reset += 1
  socket.resetAndDestroy()
}

t.test(`${REQUESTS} requests over connections that close as they are used again: not one fails`, async (t) => {
  const { port } = origin.address() as AddressInfo
  const site = {
    pools: { shop: { peers: [{ address: `127.0.0.1:${port}` }], maxConnections: 16 } },
    routes: { pages: { pool: 'shop' } },
  }
  const edge = await startEdge(t, { site })
  const send = visitors(
    t,
    edge,
    (index) => `/page/${index}`,
    ({ text }) => {
      if (text !== 'page') throw new Error(`got ${JSON.stringify(text)}`)
    },
  )
  const report = await runLoad(send, { total: REQUESTS, inFlight: 32 })
  t.same(report.failures.slice(0, 5), [])
  t.same(report.statuses, { 200: REQUESTS })
  for (const [what, count] of Object.entries(done)) t.ok(count > 100, `${what}: ${count}`)
  t.equal(await edge.metric('weir_upstream_retries_total'), 0, 'none of it was a fault of the peer')
  t.equal(await edge.metric('weir_peer_ejections_total'), 0)
  t.ok((await edge.metric('weir_upstream_connections')) <= 16)
  t.equal((await visit(edge, '/last')).status, 200)
})
