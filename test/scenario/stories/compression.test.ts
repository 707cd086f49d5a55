// Compression by the edge: once per coding, right for every client, and nothing that is for one client alone.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { visit } from '../../support/visit.ts'

const PAGE = '<li>a line of the page</li>\n'.repeat(1_000)
const EXPAND = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync } as const

t.test('each client gets the page in the coding it takes; the origin is asked once', async (t) => {
  const headers = { 'content-type': 'text/html', 'cache-control': 'max-age=60', etag: '"v1"' }
  const origin = await startOrigin(t, { body: PAGE, headers })
  origin.on('/mine', { body: PAGE, headers: { ...headers, 'cache-control': 'private' } })
  origin.on('/image', { body: PAGE, headers: { ...headers, 'content-type': 'image/png' } })
  const pools = { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }
  const edge = await startEdge(t, { site: { pools, routes: { all: { pool: 'shop', compress: { codings: ['br', 'zstd', 'gzip'] } } } } })
  const get = (path: string, coding: string, more: object = {}) => visit(edge, path, { ...more, headers: { 'accept-encoding': coding } })

  for (let round = 0; round < 3; round += 1) {
    for (const coding of ['br', 'gzip', 'zstd'] as const) {
      const answer = await get('/', coding)
      t.match(answer.headers, { 'content-encoding': coding, vary: 'Accept-Encoding', etag: 'W/"v1"' }, `${coding}, round ${round}`)
      t.equal(EXPAND[coding](answer.body).toString(), PAGE)
      t.ok(answer.body.byteLength < PAGE.length / 10)
    }
    const plain = await get('/', 'identity')
    t.match(plain.headers, { vary: 'Accept-Encoding', etag: '"v1"', 'content-length': String(PAGE.length) })
    t.equal(plain.text, PAGE)
  }
  t.equal(origin.requests.length, 1)
  t.equal(await edge.metric('weir_compressed_total'), 3)

  const known = await visit(edge, '/', { headers: { 'accept-encoding': 'br', 'if-none-match': 'W/"v1"' } })
  t.match(known, { status: 304, headers: { etag: 'W/"v1"', vary: 'Accept-Encoding' } })
  const part = await visit(edge, '/', { headers: { 'accept-encoding': 'br', range: 'bytes=0-9' } })
  t.match(part, { status: 206, text: PAGE.slice(0, 10) })
  t.equal(part.headers['content-encoding'], undefined)
  t.match((await get('/', 'br', { method: 'HEAD' })).headers, { 'content-encoding': 'br' })

  t.equal((await get('/mine', 'br')).headers['content-encoding'], undefined, 'what is for one client alone')
  t.equal((await get('/image', 'br')).headers['content-encoding'], undefined, 'what is small already')
})
