// How long a client may take for each thing, by a clock that the test moves. A deadline is set by the sweep behind what began it: it is
// never early, and late by a sweep at most.

import t from 'tap'
import type { EdgeBootstrap } from '../../../edge/contract/bootstrap.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readBody } from '../../support/read-body.ts'
import type { Scope } from '../../support/scope.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, type StartedListener, startListener, type Taken } from './start-listener.ts'

const SWEEP_MS = 250
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = (bytes: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`
const PAGE = bytesBody(Buffer.from('page'))
const page = ({ reply }: Taken) => void reply.send(answerOf(PAGE))
const tick = () => new Promise((resolve) => setImmediate(resolve))

async function start(t: Scope, answer: (taken: Taken) => void, more: Partial<EdgeBootstrap>) {
  const clock = new ManualClock()
  const listener = await startListener(t, answer, more, { clock })
  /** A client whose connection the listener knows of. */
  const connected = async () => {
    const before = listener.metrics.value('weir_connections')
    const client = await rawClient(t, listener.port)
    await until(() => listener.metrics.value('weir_connections') > before, { what: 'the connection' })
    return client
  }
  /** Lets that time pass behind the next sweep. */
  const pass = async (ms: number) => {
    await clock.advanceAsync(SWEEP_MS)
    await clock.advanceAsync(ms, SWEEP_MS)
  }
  return { ...listener, clock, connected, pass }
}

const open = ({ metrics }: StartedListener) => metrics.value('weir_connections')

t.test('who says nothing is closed without a word', async (t) => {
  const edge = await start(t, page, { firstByteTimeoutMs: 5_000 })
  const client = await edge.connected()
  await edge.pass(5_000)
  t.equal(open(edge), 1)
  await edge.clock.advanceAsync(SWEEP_MS)
  t.equal(await client.closed(), '')
  t.same(edge.faults, [])
})

t.test('an empty line is no first byte of a request', async (t) => {
  const edge = await start(t, page, { firstByteTimeoutMs: 5_000 })
  const client = await edge.connected()
  await edge.pass(4_000)
  client.send('\r\n')
  await tick()
  await edge.pass(1_250)
  t.equal(await client.closed(), '')
})

t.test('a head that does not come to an end is 408, however steadily it comes', async (t) => {
  const edge = await start(t, page, { headTimeoutMs: 5_000, firstByteTimeoutMs: 2_000 })
  const client = await edge.connected()
  client.send('GET / HTTP/1.1\r\nHost: a\r\n')
  await tick()
  for (let atMs = 0; atMs < 5_000; atMs += 1_000) {
    await edge.pass(750)
    t.equal(client.received, '')
    client.send(`X-${atMs}: a\r\n`)
    await tick()
  }
  await edge.pass(500)
  t.match(await client.closed(), /^HTTP\/1\.1 408 [\s\S]*\r\nconnection: close\r\n/)
  t.same(edge.faults, ['REQUEST_TIMEOUT'])
  t.equal(edge.refusals('head-timeout'), 1)
})

t.test('the time for a head begins with its first byte, not with the request before', async (t) => {
  const edge = await start(t, page, { headTimeoutMs: 2_000, keepAliveMs: 10_000 })
  const client = await edge.connected()
  client.send(GET)
  await client.waitFor(/page$/)
  await edge.pass(9_000)
  client.send('GET ')
  await tick()
  await edge.pass(1_750)
  client.send(GET.slice(4))
  await client.waitFor(/page[\s\S]*page$/)
})

t.test('silence within a body is REQUEST_TIMEOUT, and each byte begins it anew', async (t) => {
  const edge = await start(t, () => {}, { bodyTimeoutMs: 5_000, minBodyBytesPerSecond: 0 })
  const client = await edge.connected()
  client.send(`${POST(4)}a`)
  await until(() => edge.taken.length === 1, { what: 'the request' })
  let ended: unknown = null
  const reading = readBody(edge.taken[0]!.incoming.body).then((read) => {
    ended = read
  })
  for (const byte of 'bc') {
    await edge.pass(4_500)
    client.send(byte)
    await tick()
  }
  await edge.pass(4_500)
  t.equal(ended, null)
  await edge.pass(1_000)
  await reading
  t.match(ended, { text: 'abc', fault: { code: 'REQUEST_TIMEOUT', detail: { silentMs: 5_000 } } })
  page(edge.taken[0]!)
  t.match(await client.closed(), /\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/, 'what comes late is not read as a request')
})

t.test('a trickle is REQUEST_TIMEOUT after a grace, and so is a body without end', async (t) => {
  const terms = { bodyTimeoutMs: 2_000, minBodyBytesPerSecond: 100, requestTimeoutMs: 10_000 }
  for (const [piece, endMs] of [
    ['a'.repeat(50), 4_000],
    ['a'.repeat(1_000), 12_000],
  ] as const) {
    const edge = await start(t, () => {}, terms)
    const client = await edge.connected()
    client.send(POST(1_000_000))
    await until(() => edge.taken.length === 1, { what: 'the request' })
    let fault: unknown = null
    const reading = readBody(edge.taken[0]!.incoming.body).then((read) => {
      fault = read.fault
    })
    let atMs = 0
    for (; fault === null && atMs < 60_000; atMs += 1_000) {
      client.send(piece)
      await tick()
      await edge.pass(750)
    }
    await reading
    t.match(fault, { code: 'REQUEST_TIMEOUT' })
    t.ok(atMs >= endMs - 2_000 && atMs <= endMs, `${piece.length} bytes a second: after ${atMs} ms`)
  }
})

t.test('while nobody reads the body, its client is not late', async (t) => {
  const edge = await start(t, () => {}, { bodyTimeoutMs: 1_000, requestTimeoutMs: 100_000 })
  const client = await edge.connected()
  client.send(`${POST(8)}half`)
  await until(() => edge.taken.length === 1, { what: 'the request' })
  await edge.pass(60_000)
  const reading = readBody(edge.taken[0]!.incoming.body)
  client.send('half')
  t.same(await reading, { text: 'halfhalf', fault: null })
})

t.test('an idle connection ends after its keep-alive time, in order; with 0 it is not kept at all', async (t) => {
  const edge = await start(t, page, { keepAliveMs: 5_000 })
  const client = await edge.connected()
  client.send(GET)
  await client.waitFor(/page$/)
  await edge.pass(5_000)
  t.equal(client.end, 'open')
  await edge.clock.advanceAsync(SWEEP_MS)
  await client.closed()
  t.equal(client.end, 'fin')
  const none = await start(t, page, { keepAliveMs: 0 })
  const guest = await none.connected()
  guest.send(GET + GET)
  t.match(await guest.closed(), /^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
})

t.test('who waits for a slow origin is not cut, however long nothing moves', async (t) => {
  const second = { bodyTimeoutMs: 1_000, headTimeoutMs: 1_000, keepAliveMs: 1_000, sendTimeoutMs: 1_000, requestTimeoutMs: 1_000 }
  const edge = await start(t, () => {}, { ...second, firstByteTimeoutMs: 1_000, halfCloseMs: 1_000 })
  const client = await edge.connected()
  client.send(GET)
  await until(() => edge.taken.length === 1, { what: 'the request' })
  await edge.pass(100_000)
  page(edge.taken[0]!)
  await client.waitFor(/page$/)
})

t.test('a client that takes nothing of its answer is cut, in whatever state its connection is', async (t) => {
  const large = bytesBody(Buffer.alloc(20_000_000))
  for (const [what, request] of Object.entries({
    'a stream': 'GET /stream HTTP/1.1\r\nHost: a\r\n\r\n',
    'a whole answer': GET,
    'the last answer': 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  })) {
    const body = new ScriptedBody()
    const answer = ({ incoming, reply }: Taken) => {
      void reply.send(answerOf(incoming.target === '/stream' ? body.write('x'.repeat(20_000_000)) : large))
    }
    // All other deadlines are shorter: who is being sent to is under this one alone.
    const edge = await start(t, answer, { sendTimeoutMs: 5_000, keepAliveMs: 500, halfCloseMs: 500 })
    const client = await edge.connected()
    client.socket.pause()
    client.send(request)
    await until(() => edge.taken.length === 1, { what: 'the request' })
    await edge.pass(5_000)
    t.equal(open(edge), 1, what)
    await edge.clock.advanceAsync(500, SWEEP_MS)
    await until(() => open(edge) === 0, { what: `${what} to be cut` })
    if (what === 'a stream') t.equal(body.state, 'cancelled')
  }
})

t.test('a client that takes a little now and then is not cut, though one write takes it long', async (t) => {
  const bytes = 30_000_000
  const edge = await start(t, ({ reply }) => void reply.send(answerOf(bytesBody(Buffer.alloc(bytes, 'x')))), { sendTimeoutMs: 2_000 })
  const client = await edge.connected()
  let came = 0
  client.socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    came += chunk.byteLength
    if (came % 3_000_000 < chunk.byteLength) client.socket.pause()
  })
  client.send(GET)
  for (let rounds = 0; came < bytes; rounds += 1) {
    t.ok(rounds < 100, 'it goes on')
    t.equal(client.end, 'open')
    await until(() => came >= bytes || client.socket.isPaused(), { what: 'a piece' })
    await edge.pass(1_500)
    client.socket.resume()
    await tick()
  }
})
