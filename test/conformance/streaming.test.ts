// Bodies on their way through a real process: they keep the pace of the slower side, in bounded memory, and end as they ended at the origin.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as open, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { request } from '../support/http-client.ts'
import type { Scope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { startWeir } from '../support/weir.ts'
import { rawClient } from '../unit/server/raw-client.ts'

const MIB = 1024 * 1024
const BODY_BYTES = 256 * MIB
const PIECE = Buffer.alloc(64 * 1024, 'x')
/** What it may add to the memory of the process: buffers on both sides, and what awaits collection; the same for a body of any size. */
const GROWTH_BYTES = 176 * MIB
/** What the sockets between origin and client may hold when the client reads nothing. */
const IN_FLIGHT_BYTES = 32 * MIB

async function start(t: Scope, listener: RequestListener) {
  const server = createServer(listener)
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const weir = await startWeir(t, ['proxy', '--to', origin, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--workers', '1'])
  const admin = Number((await weir.waitForLine(/weir: admin on http:\/\/127\.0\.0\.1:(\d+)/))[1])
  const metric = async (name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await request({ port: admin, path: '/metrics' })).text)?.[1] ?? 0)
  return { weir, port: weir.port, metric, memoryBytes: () => memoryOf(weir.pid) }
}

/** Resident memory of a process. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** Writes `bytes` bytes with the pace of the reader; `sent` counts them. */
function pour(response: ServerResponse, bytes: number, sent: (bytes: number) => void): void {
  let left = bytes
  const write = () => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(PIECE.length, left))
      left -= piece.length
      sent(piece.length)
      if (!response.write(piece)) return void response.once('drain', write)
    }
    response.end()
  }
  write()
}

/** Waits until `read` says the same for a while. */
async function still(read: () => number): Promise<number> {
  let last = read()
  let seen = 0
  await until(
    () => {
      seen = read() === last ? seen + 1 : 0
      last = read()
      return seen > 30
    },
    { what: 'nothing to move any more', deadlineMs: 60_000 },
  )
  return last
}

for (const framing of ['a length', 'chunks']) {
  t.test(`256 MiB with ${framing}: a client that does not read stops the origin, memory stays bounded, and all bytes arrive`, async (t) => {
    let sent = 0
    const { port, memoryBytes } = await start(t, (_request, response) => {
      if (framing === 'a length') response.setHeader('content-length', BODY_BYTES)
      pour(response, BODY_BYTES, (bytes) => {
        sent += bytes
      })
    })
    await request({ port, path: '/warm-up', method: 'HEAD' })
    sent = 0
    const before = memoryBytes()
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      open({ port, host: '127.0.0.1', path: '/big', agent: false }, resolve).on('error', reject).end()
    })
    message.pause()
    const held = await still(() => sent)
    t.ok(held < IN_FLIGHT_BYTES, `the origin had sent ${Math.round(held / MIB)} MiB`)
    let received = 0
    let highest = memoryBytes()
    message.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received % (4 * MIB) < chunk.length) highest = Math.max(highest, memoryBytes())
    })
    message.resume()
    await new Promise((resolve) => message.once('end', resolve))
    t.equal(received, BODY_BYTES)
    t.ok(highest - before < GROWTH_BYTES, `memory grew by ${Math.round((highest - before) / MIB)} MiB`)
  })
}

t.test('256 MiB upload: an origin that does not read stops the client, memory stays bounded, and all bytes arrive', async (t) => {
  let origin: IncomingMessage | null = null
  let answer: ServerResponse | null = null
  const { port, memoryBytes } = await start(t, (message, response) => {
    if (message.url !== '/upload') return void response.end()
    message.pause()
    origin = message
    answer = response
  })
  await request({ port, path: '/warm-up' })
  const before = memoryBytes()
  let sent = 0
  const client = open({ port, host: '127.0.0.1', method: 'POST', path: '/upload', agent: false, headers: { 'content-length': BODY_BYTES } })
  const answered = new Promise<number>((resolve, reject) => {
    client.on('response', (message) => resolve(message.statusCode ?? 0))
    client.on('error', reject)
  })
  const write = () => {
    while (sent < BODY_BYTES) {
      sent += PIECE.length
      if (!client.write(PIECE)) return void client.once('drain', write)
    }
    client.end()
  }
  write()
  await until(() => origin !== null, { what: 'the upload at the origin' })
  const held = await still(() => sent)
  t.ok(held < IN_FLIGHT_BYTES, `the client had sent ${Math.round(held / MIB)} MiB`)
  const message = origin as unknown as IncomingMessage
  let received = 0
  let highest = memoryBytes()
  message.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received % (4 * MIB) < chunk.length) highest = Math.max(highest, memoryBytes())
  })
  message.on('end', () => (answer as unknown as ServerResponse).end())
  message.resume()
  t.equal(await answered, 200)
  t.equal(received, BODY_BYTES)
  t.ok(highest - before < GROWTH_BYTES, `memory grew by ${Math.round((highest - before) / MIB)} MiB`)
})

t.test('a client that goes away ends the request at the origin: before the head, within the answer, within the upload', async (t) => {
  let ended = 0
  const { port, metric } = await start(t, (message, response) => {
    response.on('close', () => ended++)
    if (message.url === '/answer') pour(response, BODY_BYTES, () => {})
    message.on('error', () => {})
  })
  for (const [path, bytes] of [
    ['/head', 'GET /head HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['/answer', 'GET /answer HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['/upload', 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf'],
  ] as const) {
    const before = ended
    const client = await rawClient(t, port)
    client.socket.pause()
    client.send(bytes)
    await until(async () => (await metric('weir_requests_in_flight')) === 1, { what: `${path} to be in flight` })
    client.socket.destroy()
    await until(() => ended > before, { what: `${path} to end at the origin` })
    await until(async () => (await metric('weir_requests_in_flight')) === 0, { what: `${path} to be over` })
  }
  await until(async () => (await metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.ok((await metric('weir_client_aborts_total')) >= 1)
})

const CUTS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'within its length': (response) => {
    response.writeHead(200, { 'content-length': 10, 'cache-control': 'max-age=60' })
    response.write('half', () => response.destroy())
  },
  'between its chunks': (response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' })
    response.write('half', () => response.destroy())
  },
  'by a reset behind a body without a length': (response) => {
    const { socket } = response
    socket?.write('HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nhalf', () => setImmediate(() => socket.resetAndDestroy()))
  },
}

t.test('an answer cut by the origin is cut at the client, and never kept', async (t) => {
  let asked = 0
  const { port } = await start(t, (message, response) => {
    asked += 1
    CUTS[decodeURIComponent(message.url?.slice(1) ?? '')]?.(response)
  })
  for (const how of Object.keys(CUTS)) {
    for (const attempt of [1, 2]) {
      const before = asked
      const client = await rawClient(t, port)
      client.send(`GET /${encodeURIComponent(how)} HTTP/1.1\r\nHost: a\r\n\r\n`)
      const text = await client.closed()
      t.match(text, /^HTTP\/1\.1 (200 [\s\S]*\r\n\r\n([0-9a-f]+\r\n)?half(\r\n)?|502 [\s\S]*)$/, `${how}, attempt ${attempt}`)
      t.notMatch(text, /\r\n0\r\n\r\n$/)
      t.ok(asked > before, `${how}, attempt ${attempt}: the origin was asked`)
    }
  }
})
