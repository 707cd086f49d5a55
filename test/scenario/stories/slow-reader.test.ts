// Readers of a large file that take little of it, or nothing. The origin is made to wait, the memory of the edge stays what it was, others
// are served as before, and who takes nothing for too long is cut.

import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge } from '../../support/edge.ts'
import { latencyMs, runLoad } from '../../support/load.ts'
import { memoryOf } from '../../support/memory-of.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit, visitors } from '../../support/visit.ts'

const MIB = 1024 * 1024
const FILE_BYTES = 64 * MIB
/** More than the sockets between edge and reader hold. */
const PAGE_BYTES = 24 * MIB
const PIECE = Buffer.alloc(64 * 1024, 'x')
const STUCK = 12
const SLOW = 4
const SEND_TIMEOUT_MS = 4_000
/** What the sockets between origin and reader may hold of one answer: the kernel gives each side several megabytes. */
const HELD_BYTES = 24 * MIB
/** What all readers together may add to the memory of the edge, and what awaits collection. */
const GROWTH_BYTES = 192 * MIB
const SIP_BYTES = MIB
const SIP_MS = 200

/** Bytes the origin has written, by target. */
const sent = new Map<string, number>()
const files = await startByteOrigin(t, ({ target, socket }) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${FILE_BYTES}\r\nCache-Control: no-store\r\n\r\n`)
  const write = () => {
    for (let bytes = sent.get(target) ?? 0; bytes < FILE_BYTES; ) {
      bytes += PIECE.length
      sent.set(target, bytes)
      if (!socket.write(PIECE)) return void socket.once('drain', write)
    }
  }
  write()
})
const pages = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })
const edge = await startEdge(t, {
  bootstrap: { sendTimeoutMs: SEND_TIMEOUT_MS, l1MaxBytes: 256 * MIB },
  site: {
    pools: { files: { peers: [{ address: `127.0.0.1:${files.port}` }] }, pages: { peers: [{ address: `127.0.0.1:${pages.port}` }] } },
    routes: {
      files: { path: '/file/*', pool: 'files', cache: { store: 'off' } },
      pages: { pool: 'pages', cache: { maxEntryBytes: PAGE_BYTES } },
    },
  },
})

/** A reader that has asked for a file and reads nothing by itself. */
function reader(t: Test, name: string): Promise<Socket> {
  return asking(t, `/file/${name}`)
}

async function asking(t: Test, path: string): Promise<Socket> {
  const socket = connect({ port: edge.port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  socket.on('error', () => {}) // Being cut is meant.
  socket.pause()
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n\r\n`)
  return socket
}

/** Takes a sip now and then; gives how much was taken so far. */
function sipping(t: Test, socket: Socket, sipBytes = SIP_BYTES): () => number {
  let taken = 0
  let due = 0
  socket.on('data', (chunk: Buffer) => {
    taken += chunk.length
    if (taken >= due) socket.pause()
  })
  socket.pause()
  const timer = setInterval(() => {
    due = taken + sipBytes
    socket.resume()
  }, SIP_MS)
  t.teardown(() => clearInterval(timer))
  return () => taken
}

const sentTo = (name: string) => sent.get(`/file/${name}`) ?? 0

/** Waits until the origin has written nothing to some readers for a while. */
async function atRest(names: readonly string[]): Promise<number> {
  const all = () => names.reduce((sum, name) => sum + sentTo(name), 0)
  let last = -1
  let seen = 0
  await until(
    () => {
      seen = all() === last ? seen + 1 : 0
      last = all()
      return last > 0 && seen > 30
    },
    { what: 'the origin to wait', deadlineMs: 20_000 },
  )
  return last
}

t.test('64 MB for readers that take nothing, or little', { timeout: 240_000 }, async (t) => {
  const send = visitors(t, edge, () => '/page')
  await runLoad(send, { total: 300, inFlight: 8 })
  const before = memoryOf(edge.pid)

  const stuckNames = Array.from({ length: STUCK }, (_, i) => `stuck-${i}`)
  const slowNames = Array.from({ length: SLOW }, (_, i) => `slow-${i}`)
  for (const name of stuckNames) await reader(t, name)
  const slow = await Promise.all(slowNames.map((name) => reader(t, name)))
  const taken = slow.map((socket) => sipping(t, socket))
  const stuckSinceMs = performance.now()

  const held = await atRest(stuckNames)
  t.ok(held < STUCK * HELD_BYTES, `the origin had written ${Math.round(held / MIB)} MB to those who take nothing`)
  t.ok(files.open >= SLOW, 'it waits for its readers')
  const report = await runLoad(send, { total: 1_000, inFlight: 8 })
  t.same(report.failures, [])
  t.same(report.statuses, { 200: 1_000 }, 'others are served')
  // Who had to wait for a slow reader would wait until that is cut.
  t.ok(latencyMs(report, 0.99) < SEND_TIMEOUT_MS / 2, `99 % of them within ${Math.round(latencyMs(report, 0.99))} ms`)
  const growth = memoryOf(edge.pid) - before
  t.ok(growth < GROWTH_BYTES, `memory grew by ${Math.round(growth / MIB)} MB`)

  await until(() => files.open === SLOW, { what: 'those who take nothing to be cut, at the origin too', deadlineMs: 15_000 })
  t.ok(performance.now() - stuckSinceMs > SEND_TIMEOUT_MS / 2, 'but not at once')
  const atCut = taken.map((bytes) => bytes())
  await until(() => taken.every((bytes, i) => bytes() > (atCut[i] as number) + 2 * SIP_BYTES), { what: 'those who take little to go on' })
  t.equal(files.open, SLOW)
  for (const socket of slow) socket.destroy()
  await until(() => files.open === 0, { what: 'the origin to be told that they left' })
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
})

t.test('a reader that is slow and steady gets the whole file, however long it takes', { timeout: 120_000 }, async (t) => {
  const socket = await reader(t, 'steady')
  const began = performance.now()
  const taken = sipping(t, socket)
  await until(() => taken() >= FILE_BYTES, { what: 'the whole file', deadlineMs: 45_000, everyMs: 50 })
  t.ok(performance.now() - began > SEND_TIMEOUT_MS, 'it took longer than anybody may take nothing')
})

t.test('so does one of a large page from memory', { timeout: 120_000 }, async (t) => {
  const page = Buffer.alloc(PAGE_BYTES, 'x')
  pages.on('/large', { body: page, headers: { 'cache-control': 'max-age=600' } })
  t.equal((await visit(edge, '/large')).body.length, PAGE_BYTES)
  t.match(cacheStatus(await visit(edge, '/large')), /;hit;/)
  const socket = await asking(t, '/large')
  const began = performance.now()
  const taken = sipping(t, socket, SIP_BYTES / 2)
  await until(() => taken() >= PAGE_BYTES, { what: 'the whole page', deadlineMs: 45_000, everyMs: 50 })
  t.ok(performance.now() - began > SEND_TIMEOUT_MS, 'it took longer than anybody may take nothing')
})
