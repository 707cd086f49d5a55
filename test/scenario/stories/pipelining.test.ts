// Clients that send their next requests before they have their answers. They get them in order, one at a time: one connection is one
// request at the origin, whatever the client sends, and who sends without reading is made to wait.

import { connect } from 'node:net'
import t from 'tap'
import { type Asked, plainAnswer, startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge } from '../../support/edge.ts'
import { memoryOf } from '../../support/memory-of.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'

const MIB = 1024 * 1024
const FIELDS = 'Host: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n'
const MANY = 1_000
const SEND_TIMEOUT_MS = 4_000
const LARGE = 'x'.repeat(64 * 1024)
/** What an edge may hold for a client that does not read, and what awaits collection. */
const GROWTH_BYTES = 192 * MIB

let inFlight = 0
let most = 0
const origin = await startByteOrigin(t, (asked) => {
  inFlight += 1
  most = Math.max(most, inFlight)
  // A moment, in which the next one would come if it could.
  setImmediate(() => setImmediate(() => answer(asked)))
})

function answer({ socket, method, target, message }: Asked): void {
  inFlight -= 1
  if (target.startsWith('/large')) return void socket.write(plainAnswer(LARGE, ['Cache-Control: no-store']))
  const fields = [`Cache-Control: ${target.startsWith('/kept') ? 'max-age=600' : 'no-store'}`]
  const text = `${method} ${target} ${message?.body.length ?? 0}`
  const whole = plainAnswer(text, fields)
  socket.write(method === 'HEAD' ? whole.slice(0, -text.length) : whole)
}

const edge = await startEdge(t, {
  bootstrap: { sendTimeoutMs: SEND_TIMEOUT_MS, maxRequestsPerConnection: 1_000_000 },
  site: { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } },
})

const get = (path: string) => `GET ${path} HTTP/1.1\r\n${FIELDS}\r\n`

t.test('1,000 requests in one write are answered in order, one at a time', { timeout: 120_000 }, async (t) => {
  most = 0
  const client = await WireClient.connect(t, edge.port)
  client.send(Array.from({ length: MANY }, (_, i) => get(`/page/${i}`)).join(''))
  await client.answered(MANY, 30_000)
  t.same(
    client.answers.map(({ text }) => text),
    Array.from({ length: MANY }, (_, i) => `GET /page/${i} 0`),
  )
  t.equal(most, 1, 'the origin had one of them at a time')
  t.equal(client.end, 'open')
})

t.test('so are pages from memory', { timeout: 120_000 }, async (t) => {
  const client = await WireClient.connect(t, edge.port)
  for (let i = 0; i < 10; i += 1) client.send(get(`/kept/${i}`))
  await client.answered(10)
  const asked = origin.asked.length
  client.send(Array.from({ length: MANY }, (_, i) => get(`/kept/${i % 10}`)).join(''))
  await client.answered(10 + MANY, 30_000)
  t.same(
    client.answers.slice(10).map(({ text }) => text),
    Array.from({ length: MANY }, (_, i) => `GET /kept/${i % 10} 0`),
  )
  t.equal(origin.asked.length, asked, 'without the origin')
})

t.test('requests of all kinds in a row, with bodies and without, keep in step', { timeout: 120_000 }, async (t) => {
  most = 0
  const kinds = [
    (i: number) => ({ method: 'GET', bytes: get(`/mixed/${i}`), text: `GET /mixed/${i} 0` }),
    (i: number) => ({ method: 'HEAD', bytes: `HEAD /mixed/${i} HTTP/1.1\r\n${FIELDS}\r\n`, text: '' }),
    (i: number) => ({
      method: 'POST',
      bytes: `POST /mixed/${i} HTTP/1.1\r\n${FIELDS}Content-Length: ${i}\r\n\r\n${'x'.repeat(i)}`,
      text: `POST /mixed/${i} ${i}`,
    }),
    (i: number) => ({
      method: 'PUT',
      bytes: `PUT /mixed/${i} HTTP/1.1\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`,
      text: `PUT /mixed/${i} 5`,
    }),
    (i: number) => ({
      method: 'DELETE',
      bytes: `DELETE /mixed/${i} HTTP/1.1\r\n${FIELDS}Content-Length: 0\r\n\r\n`,
      text: `DELETE /mixed/${i} 0`,
    }),
    (i: number) => ({ method: 'GET', bytes: get(`/kept/${i % 10}`), text: `GET /kept/${i % 10} 0` }),
  ]
  const row = Array.from({ length: MANY }, (_, i) =>
    (kinds[i % kinds.length] as (i: number) => { method: string; bytes: string; text: string })(i),
  )
  const client = await WireClient.connect(t, edge.port, { methods: row.map(({ method }) => method) })
  const bytes = Buffer.from(row.map((one) => one.bytes).join(''), 'latin1')
  // In pieces that end anywhere.
  for (let at = 0; at < bytes.length; at += 777) client.send(bytes.subarray(at, at + 777))
  await client.answered(MANY, 30_000)
  t.same(
    client.answers.map(({ text }) => text),
    row.map(({ text }) => text),
  )
  t.equal(most, 1, 'unsafe ones never side by side')
  t.same(origin.faults, [])
})

t.test('twenty clients with a hundred requests each have twenty at the origin', { timeout: 120_000 }, async (t) => {
  most = 0
  const clients = await Promise.all(Array.from({ length: 20 }, () => WireClient.connect(t, edge.port)))
  for (const [who, client] of clients.entries()) client.send(Array.from({ length: 100 }, (_, i) => get(`/of/${who}/${i}`)).join(''))
  await Promise.all(clients.map((client) => client.answered(100, 30_000)))
  for (const [who, client] of clients.entries()) t.equal(client.answers.at(-1)?.text, `GET /of/${who}/99 0`)
  t.ok(most > 1 && most <= 20, `${most} at once`)
})

t.test('a client that sends without reading is made to wait, then cut', { timeout: 120_000 }, async (t) => {
  const before = memoryOf(edge.pid)
  const asked = origin.asked.length
  const socket = connect({ port: edge.port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  socket.on('error', () => {}) // Being cut is meant.
  socket.pause()
  const batch = Buffer.from(get('/large').repeat(1_000))
  let written = 0
  const write = () => {
    while (socket.writable && written < 64 * MIB) {
      written += batch.length
      if (!socket.write(batch)) return void socket.once('drain', write)
    }
  }
  socket.once('connect', write)
  let last = -1
  let seen = 0
  await until(
    () => {
      seen = origin.asked.length === last ? seen + 1 : 0
      last = origin.asked.length
      return last > asked && seen > 50
    },
    { what: 'the edge to ask for no more', deadlineMs: 20_000 },
  )
  t.ok(last - asked < 1_000, `${last - asked} answers of 64 KB were fetched for it`)
  t.ok(written < 32 * MIB, `it could send ${Math.round(written / MIB)} MB`)
  const growth = memoryOf(edge.pid) - before
  t.ok(growth < GROWTH_BYTES, `memory grew by ${Math.round(growth / MIB)} MB`)
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'it to be cut', deadlineMs: 15_000 })
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'nothing to be under way for it' })
})
