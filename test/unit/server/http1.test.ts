// The listener against raw bytes: what is refused, in what order things are answered, and how it drains.

import t from 'tap'
import { type Body, bytesBody } from '../../../edge/http/body.ts'
import { rawExchange } from '../../support/http-client.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, readRequest, startListener, type Taken } from './start-listener.ts'

const text = (value: string) => bytesBody(Buffer.from(value))
const echo = ({ incoming, reply }: Taken) => void reply.send(answerOf(text(`<${incoming.target}>`)))
const beginning = (piece: string): Body => ({
  lengthBytes: null,
  open(sink) {
    sink.write(Buffer.from(piece))
    return { pause() {}, resume() {}, cancel() {} }
  },
})
const endless = (): Body => ({
  lengthBytes: null,
  open(sink) {
    const piece = Buffer.alloc(256 * 1024)
    const pour = () => {
      for (let goesOn = true; goesOn; ) goesOn = sink.write(piece)
    }
    pour()
    return { pause() {}, resume: pour, cancel() {} }
  },
})

const REFUSED: Readonly<Record<string, readonly [status: number, bytes: string]>> = {
  'a bare LF as line end': [400, 'GET / HTTP/1.1\nHost: a\n\n'],
  'a bare CR in a value': [400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n'],
  'a NUL in a value': [400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
  'a folded field': [400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
  'a space before the colon': [400, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  'a space before the first field': [400, 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  'an empty field name': [400, 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n'],
  'a length beside chunked': [400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  'two lengths': [400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc'],
  'a list of lengths': [400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc'],
  'a length with a sign': [400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc'],
  'a hexadecimal length': [400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc'],
  'a coding that is not chunked': [501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  'chunked from HTTP/1.0': [400, 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  'a coding hidden by a control byte': [400, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n'],
  'a version of its own': [505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  'a request line without a version': [400, 'GET /\r\n\r\n'],
  'a method that is none': [400, 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a raw space in the target': [400, 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a tunnel': [501, 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a TLS handshake': [400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  'a head too long': [431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
  'a target too long': [431, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  'too many fields': [431, `GET / HTTP/1.1\r\nHost: a\r\n${'X: a\r\n'.repeat(100)}\r\n`],
}

t.test('what is no valid request is refused with its status, the connection ends, and nothing behind it is served', async (t) => {
  const { port, taken, faults } = await startListener(t, echo)
  for (const [what, [status, bytes]] of Object.entries(REFUSED)) {
    const said = (await rawExchange(port, Buffer.from(`${bytes}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1'), 3_000)).toString(
      'latin1',
    )
    t.equal(said.slice(0, 13), `HTTP/1.1 ${status} `, what)
    t.match(said, /\r\nconnection: close\r\n/i, what)
    t.equal(said.split('HTTP/1.1 ').length, 2, `${what}: one answer`)
  }
  t.same(
    taken.map(({ incoming }) => incoming.target),
    [],
  )
  t.equal(faults.length, Object.keys(REFUSED).length)
})

t.test('as many fields as are allowed are taken', async (t) => {
  const { port } = await startListener(t, echo, { maxFields: 10 })
  const send = (fields: number) =>
    rawExchange(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'X: a\r\n'.repeat(fields - 2)}\r\n`)
  t.match((await send(10)).toString(), /^HTTP\/1\.1 200/)
  t.match((await send(11)).toString(), /^HTTP\/1\.1 431/)
})

t.test('a broken body of a request is refused while its answer has not begun', async (t) => {
  const { port, taken, faults } = await startListener(t, ({ incoming }) => void readRequest(incoming.body))
  const said = await rawExchange(port, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 3_000)
  t.match(said.toString(), /^HTTP\/1\.1 400 /)
  t.same(faults, ['BAD_MESSAGE'])
  await until(() => taken[0]?.wanted.aborted, { what: 'the exchange to hear of it' })
})

t.test('a broken body under an answer that has begun breaks it off, and writes nothing into it', async (t) => {
  const { port } = await startListener(t, ({ reply }) => {
    void reply.send(answerOf(beginning('half')))
  })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  await client.waitFor(/half/)
  client.send('zz\r\n')
  t.match(await client.closed(), /half\r\n$/)
})

t.test('pipelined requests are served one at a time and answered in order, what cannot be read behind them last', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send(
    'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n',
  )
  for (let served = 1; served <= 3; served += 1) {
    await until(() => taken.length === served, { what: `request ${served}` })
    await new Promise((resolve) => setImmediate(resolve))
    t.equal(taken.length, served, 'the next one waits')
    const { incoming, reply } = taken[served - 1]!
    await readRequest(incoming.body)
    reply.send(answerOf(text(`<${incoming.target}>`)))
  }
  t.match(await client.closed(), /200 OK[\s\S]*<\/1>HTTP[\s\S]*<\/2>HTTP[\s\S]*<\/3>HTTP\/1\.1 400 /)
})

t.test('a tunnel asked for behind a request in flight, and then reset, ends nothing but itself', async (t) => {
  const { port, taken, metrics } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  client.socket.resetAndDestroy()
  await until(() => metrics.value('weir_connections') === 0, { what: 'the connection to be freed' })
  t.equal(taken[0]?.wanted.aborted, true)
})

t.test('garbage behind a request in flight leaves its answer whole', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\0\x01\x02\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  client.send('more garbage')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(client.received, '')
  taken[0]?.reply.send(answerOf(text('whole')))
  t.match(await client.closed(), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nwholeHTTP\/1\.1 400 /)
})

t.test('a client with too many requests ahead of their answers is cut', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(150))
  t.equal(await client.closed(), '')
  t.equal(taken.length, 1)
  await until(() => taken[0]?.wanted.aborted, { what: 'the abort' })
})

t.test('a client that goes away with requests waiting frees them all', async (t) => {
  const { port, taken, metrics } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the first request' })
  t.equal(metrics.value('weir_connections'), 1)
  client.socket.destroy()
  await until(() => taken[0]?.wanted.aborted && metrics.value('weir_connections') === 0, { what: 'the connection to be freed' })
  t.equal(taken.length, 1, 'the second one never ran')
})

t.test('nothing is served behind a request that asked for the end', async (t) => {
  const { port, taken } = await startListener(t, echo)
  const said = await rawExchange(port, 'GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(said.toString(), /<\/1>/)
  t.notMatch(said.toString(), /<\/2>/)
  t.equal(taken.length, 1)
})

t.test('Expect: 100-continue is answered before the body', async (t) => {
  const { port } = await startListener(t, async ({ incoming, reply }) => {
    void reply.send(answerOf(text((await readRequest(incoming.body)).text)))
  })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  await client.waitFor(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
  client.send('body')
  await client.waitFor(/HTTP\/1\.1 200 [\s\S]*body$/)
})

t.test('a head that does not come to an end is 408, a connection that says nothing is closed without a word', async (t) => {
  const { port, faults } = await startListener(t, echo, { headTimeoutMs: 100 })
  const [slow, silent] = await Promise.all([rawExchange(port, 'GET / HTTP/1.1\r\nHost:', 3_000), rawExchange(port, '', 3_000)])
  t.match(slow.toString(), /^HTTP\/1\.1 408 /)
  t.equal(silent.toString(), '')
  t.same(faults, ['REQUEST_TIMEOUT'])
})

t.test('a client that takes nothing of its answer is cut after the time a body may stand still', async (t) => {
  const { port, taken } = await startListener(t, ({ reply }) => void reply.send(answerOf(endless())), {
    bodyTimeoutMs: 100,
    headTimeoutMs: 100,
  })
  const client = await rawClient(t, port)
  client.socket.pause()
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken[0]?.wanted.aborted, { what: 'the client to be cut' })
  t.equal(taken[0]?.wanted.aborted, true)
})

t.test('who waits for a slow origin is not cut, however long nothing moves', async (t) => {
  const { port, taken } = await startListener(t, () => {}, { bodyTimeoutMs: 100, headTimeoutMs: 100 })
  const held = await rawClient(t, port)
  held.send('GET /held HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  // One that is between two requests has had its time when it is cut: then the other has had it too.
  const idle = await rawClient(t, port)
  idle.send('GET /idle HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 2, { what: 'the second request' })
  taken[1]?.reply.send(answerOf(text('idle')))
  idle.send('G')
  t.match(await idle.closed(), /408/)
  t.equal(held.end, 'open')
  taken[0]?.reply.send(answerOf(text('late')))
  await held.waitFor(/late$/)
})

t.test('an idle connection is closed after its keep-alive time; with 0 it is not kept at all', async (t) => {
  const none = await startListener(t, echo, { keepAliveMs: 0 })
  const client = await rawClient(t, none.port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.closed(), /\r\nConnection: close\r\n/)
})

t.test('an address that is taken is LISTEN_FAILED', async (t) => {
  const { port } = await startListener(t, echo)
  await t.rejects(startListener(t, echo, { listen: `127.0.0.1:${port}` }), { code: 'LISTEN_FAILED', detail: { reason: 'EADDRINUSE' } })
})
