// WebSockets through an edge, opened by Node's own client. Each goes through the decisions that every request goes through; once it is
// open it is nobody's business but that of its two ends, until one of them is silent for too long or the edge ends.

import { createHash, randomFillSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import t from 'tap'
import { TestAuthority } from '../../support/certificates.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { UpgradedEdge } from '../../support/upgraded-edge.ts'
import { PERSON, visit } from '../../support/visit.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const HANDSHAKE = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': KEY }
const PATIENCE = { deadlineMs: 20_000 }
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

/** A frame as it stands at the head of some bytes (RFC 6455 §5.2), unmasked; null while it is not whole. */
function readFrame(bytes: Buffer): { first: number; payload: Buffer; lengthBytes: number } | null {
  if (bytes.length < 2) return null
  const short = bytes[1]! & 0x7f
  const at = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < at + 4) return null
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const mask = bytes.subarray(at, at + 4)
  const lengthBytes = at + 4 + length
  if (bytes.length < lengthBytes) return null
  const payload = Buffer.from(bytes.subarray(at + 4, lengthBytes))
  for (let i = 0; i < length; i += 1) payload[i]! ^= mask[i & 3]!
  return { first: bytes[0]!, payload, lengthBytes }
}

/** The head of a frame that a server sends. */
function frameHead(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, length])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** An origin that opens every WebSocket and sends back each frame that comes; to all else it says `a page`. */
async function startEcho(t: Scope) {
  const echo = { port: 0, opened: [] as IncomingMessage[] }
  const server = createServer((_request, response) => void response.end('a page'))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    echo.opened.push(request)
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`)
    let held = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (let frame = readFrame(held); frame !== null; frame = readFrame(held)) {
        held = held.subarray(frame.lengthBytes)
        const opcode = frame.first & 0xf
        const first = opcode === PING ? 0x80 | PONG : frame.first
        socket.write(Buffer.concat([frameHead(first, frame.payload.length), frame.payload]))
        if (opcode === CLOSE) socket.end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  echo.port = (server.address() as AddressInfo).port
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return echo
}

/** One WebSocket of a person. */
class Talk {
  readonly opened: Promise<unknown>
  readonly ended: Promise<{ readonly code: number; readonly wasClean: boolean }>
  readonly #socket: WebSocket
  #heard: (data: unknown) => void = () => {}

  constructor(t: Scope, { port }: Pick<TestEdge, 'port'>, path: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { 'user-agent': PERSON['user-agent'] } })
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => this.#heard(data)
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    this.ended = new Promise((resolve) => {
      socket.onclose = ({ code, wasClean }) => resolve({ code, wasClean })
    })
    this.#socket = socket
    t.teardown(() => socket.close())
  }

  /** Says something. @returns what is said next to it */
  say(data: string | Uint8Array<ArrayBuffer>): Promise<unknown> {
    this.#socket.send(data)
    const answer = new Promise((resolve) => {
      this.#heard = (heard) => resolve(heard instanceof ArrayBuffer ? Buffer.from(heard) : heard)
    })
    const ended = this.ended.then(({ code }) => Promise.reject(new Error(`it ended with ${code}`)))
    return Promise.race([answer, ended])
  }

  close(code: number): void {
    this.#socket.close(code)
  }
}

async function talk(t: Scope, edge: Pick<TestEdge, 'port'>, path: string): Promise<Talk> {
  const opened = new Talk(t, edge, path)
  await opened.opened
  return opened
}

const echo = await startEcho(t)
const peers = [{ address: `127.0.0.1:${echo.port}` }]
const site = {
  pools: { shop: { peers }, narrow: { peers, maxTunnels: 1 }, quiet: { peers, tunnelIdleTimeoutMs: 1_000 } },
  limits: { few: { rate: '1/h', burst: 2 } },
  routes: {
    live: { path: '/live', pool: 'shop' },
    paid: { path: '/paid', pool: 'shop', limits: ['few'] },
    pages: { path: '/pages', pool: 'shop', websocket: 'refuse' },
    narrow: { path: '/narrow', pool: 'narrow' },
    quiet: { path: '/quiet', pool: 'quiet' },
  },
}

t.test('twenty talk at once, in messages of all kinds and sizes, and each hears what it said', { timeout: 120_000 }, async (t) => {
  const edge = await startEdge(t, { site, workers: 2 })
  const talks = await Promise.all(Array.from({ length: 20 }, () => talk(t, edge, '/live')))
  await until(async () => (await edge.metric('weir_tunnels')) === 20, { ...PATIENCE, what: 'twenty to be counted' })
  const large = randomFillSync(new Uint8Array(200_000))
  let saidBytes = 0
  const conversation = async (one: Talk, index: number) => {
    for (const message of ['', `I am ${index}`, 'ä'.repeat(5_000), new Uint8Array([0, index, 255]), large]) {
      const heard = await one.say(message)
      t.same(heard, typeof message === 'string' ? message : Buffer.from(message))
      saidBytes += Buffer.byteLength(message)
    }
    one.close(4_000 + index)
    t.same(await one.ended, { code: 4_000 + index, wasClean: true }, 'the origin has its word of farewell too')
  }
  await Promise.all(talks.map(conversation))
  await until(async () => (await edge.metric('weir_tunnels')) === 0, { ...PATIENCE, what: 'all to be over' })
  const ended = () => edge.metric('weir_tunnels_total', { pool: 'shop' })
  await until(async () => (await ended()) === 20, { ...PATIENCE, what: 'all ends to be counted' })
  for (const direction of ['to-client', 'to-origin'])
    t.ok((await edge.metric('weir_tunnel_bytes_total', { direction })) > saidBytes, `${direction}: what was said, and its frames`)
})

t.test('over TLS too', { timeout: 120_000 }, async (t) => {
  const authority = new TestAuthority(t)
  const { certFile, keyFile } = authority.issue(['shop.test'])
  const port = await freePort()
  const listeners = [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ certFile, keyFile }] } }]
  await startEdge(t, { site, bootstrap: { listeners } })
  const socket = connect({ port, host: '127.0.0.1', ca: authority.ca, servername: 'shop.test', ALPNProtocols: ['http/1.1'] })
  t.teardown(() => socket.destroy())
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  const fields = Object.entries({ host: 'shop.test', ...HANDSHAKE }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /live HTTP/1.1\r\n${fields.join('')}\r\n`)
  await until(() => heard.endsWith('\r\n\r\n'), { ...PATIENCE, what: 'the switch' })
  t.match(heard, /^HTTP\/1\.1 101 /)
  // "hello" under a mask of zeros.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x85, 0, 0, 0, 0]), Buffer.from('hello')]))
  await until(() => heard.endsWith('\x81\x05hello'), { ...PATIENCE, what: 'the echo' })
})

t.test('who may not open one is told so as anybody is, and the origin hears nothing of it', { timeout: 120_000 }, async (t) => {
  const edge = await startEdge(t, { site })
  const knock = (path: string) => visit(edge, path, { headers: HANDSHAKE })
  for (let i = 0; i < 2; i += 1) await talk(t, edge, '/paid')
  await talk(t, edge, '/narrow')
  const before = echo.opened.length
  t.match(await knock('/paid'), { status: 429, headers: { 'retry-after': /^\d+$/ } })
  t.match(await knock('/narrow'), { status: 503 })
  t.match(await knock('/nowhere'), { status: 404 })
  t.match(await knock('/pages'), { status: 200, text: 'a page' })
  await t.rejects(talk(t, edge, '/paid'))
  t.equal(echo.opened.length, before)
  t.match(echo.opened.at(-1)?.headers, { via: '1.1 edge-1', 'x-forwarded-for': '127.0.0.1' })
})

t.test('one on which nobody says anything for too long is ended, and counted as that', { timeout: 120_000 }, async (t) => {
  const edge = await startEdge(t, { site })
  const other = await talk(t, edge, '/live')
  const silent = await talk(t, edge, '/quiet')
  t.match(await silent.ended, { code: 1006, wasClean: false })
  const counted = () => edge.metric('weir_tunnels_total', { pool: 'quiet', outcome: 'idle' })
  await until(async () => (await counted()) === 1, { ...PATIENCE, what: 'its end to be counted' })
  t.equal(await other.say('still here'), 'still here')
})

t.test('a new configuration is for new ones: those that stand go on, though their route is gone', { timeout: 120_000 }, async (t) => {
  const edge = await startEdge(t, { site, workers: 2 })
  const talks = await Promise.all(Array.from({ length: 10 }, () => talk(t, edge, '/live')))
  edge.writeSite({ pools: { other: { peers } }, routes: { other: { path: '/other', pool: 'other' } } })
  await until(async () => (await visit(edge, '/live')).status === 404, { ...PATIENCE, what: 'the new site' })
  const young = await until(() => talk(t, edge, '/other'), { ...PATIENCE, what: 'it to be everywhere' })
  for (const [index, one] of talks.entries()) t.equal(await one.say(`still ${index}`), `still ${index}`)
  t.equal(await young.say('new'), 'new')
})

t.test('an upgrade in place leaves those that stand to the old edge, which waits for them', { timeout: 240_000 }, async (t) => {
  const listeners = [{ address: `127.0.0.1:${await freePort()}` }]
  const edge = await startEdge(t, { site, bootstrap: { drainTimeoutMs: 100_000, listeners } })
  const upgraded = new UpgradedEdge(t, edge)
  const old = await talk(t, edge, '/live')
  await upgraded.begin()
  await until(async () => (await edge.metric('weir_tunnels')) === 0, { ...PATIENCE, what: 'the new edge to answer' })
  const young = await talk(t, edge, '/live')
  t.equal(await old.say('through the old one'), 'through the old one')
  t.equal(await young.say('through the new one'), 'through the new one')
  t.equal(await edge.metric('weir_tunnels'), 1)
  old.close(1_000)
  t.same(await old.ended, { code: 1_000, wasClean: true })
  t.same(await edge.left, { code: 0, signal: null })
  t.equal(await young.say('still here'), 'still here')
})

t.test('an edge that is to end lets them finish until its deadline, opens no more, and then ends them', { timeout: 120_000 }, async (t) => {
  const edge = await startEdge(t, { site, bootstrap: { drainTimeoutMs: 5_000 } })
  const [leaving, staying] = [await talk(t, edge, '/live'), await talk(t, edge, '/live')]
  const stopped = edge.stop()
  await until(
    () =>
      talk(t, edge, '/live').then(
        () => false,
        () => true,
      ),
    { ...PATIENCE, what: 'new ones to be refused' },
  )
  leaving.close(1_000)
  t.same(await leaving.ended, { code: 1_000, wasClean: true })
  t.match(await staying.ended, { code: 1006, wasClean: false })
  t.same(await stopped, { code: 0, signal: null })
})
