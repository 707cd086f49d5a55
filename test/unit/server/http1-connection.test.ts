// The connection against raw bytes: what is refused, in what order things are answered, and what waits.

import t from 'tap'
import { type Body, bytesBody } from '../../../edge/http/body.ts'
import type { Sent } from '../../../edge/pipeline/exchange.ts'
import { rawExchange } from '../../support/http-client.ts'
import { readBody } from '../../support/read-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, startListener, type Taken } from './start-listener.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const text = (value: string) => bytesBody(Buffer.from(value))
const echo = ({ incoming, reply }: Taken) => void reply.send(answerOf(text(`<${incoming.target}>`)))
const tick = () => new Promise((resolve) => setImmediate(resolve))

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
  'no host': [400, 'GET / HTTP/1.1\r\n\r\n'],
  'two hosts': [400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  'a version of its own': [505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  'the preface of HTTP/2': [505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  'a request line without a version': [400, 'GET /\r\n\r\n'],
  'a method that is none': [400, 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a raw space in the target': [400, 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  'an expectation we do not know': [400, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n'],
  'a TLS handshake': [400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  'a head too long': [431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
  'a target too long': [414, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  'too many fields': [431, `GET / HTTP/1.1\r\nHost: a\r\n${'X: a\r\n'.repeat(100)}\r\n`],
}

t.test('what is no valid request is refused with its status, the connection ends, and nothing behind it is served', async (t) => {
  const { port, taken, faults } = await startListener(t, echo)
  const tookMs: number[] = []
  for (const [what, [status, bytes]] of Object.entries(REFUSED)) {
    const began = performance.now()
    const said = (await rawExchange(port, Buffer.from(bytes + GET, 'latin1'))).toString('latin1')
    tookMs.push(performance.now() - began)
    t.equal(said.slice(0, 13), `HTTP/1.1 ${status} `, what)
    t.match(said, /\r\nconnection: close\r\n/i, what)
    t.equal(said.split('HTTP/1.1 ').length, 2, `${what}: one answer`)
  }
  // A busy machine may be late with some of them, an edge that waits is late with all.
  const median = tookMs.sort((a, b) => a - b)[tookMs.length >> 1]!
  t.ok(median < 1_000, `connections end with the answer: ${median} ms`)
  t.same(taken, [])
  t.equal(faults.length, Object.keys(REFUSED).length)
})

t.test('as many fields as are allowed are taken', async (t) => {
  const { port } = await startListener(t, echo, { maxFields: 10 })
  const send = (fields: number) =>
    rawExchange(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'X: a\r\n'.repeat(fields - 2)}\r\n`)
  t.match((await send(10)).toString(), /^HTTP\/1\.1 200/)
  t.match((await send(11)).toString(), /^HTTP\/1\.1 431/)
})

t.test('a broken body is a fault of the message, the last one of its connection', async (t) => {
  const { port, faults, refusals } = await startListener(t, async ({ incoming, reply }) => {
    const { fault } = await readBody(incoming.body)
    void reply.send(answerOf(text((fault as { code: string }).code), { status: 400 }))
  })
  const said = (await rawExchange(port, `${CHUNKED}2\r\nab\r\nzz\r\n${GET}`)).toString()
  t.match(said, /^HTTP\/1\.1 400 [\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\nBAD_MESSAGE$/)
  t.equal(refusals('chunk-size'), 1)
  t.same(faults, [], 'whoever answers counts the fault: it is one request')
})

t.test('a broken body under an answer that has begun breaks it off when that was made of it, and writes nothing into it', async (t) => {
  let sending: Promise<Sent> | Sent | null = null
  const answer = new ScriptedBody()
  const { port } = await startListener(t, async ({ incoming, reply }) => {
    sending = reply.send(answerOf(answer.write('half')))
    answer.fail((await readBody(incoming.body)).fault)
  })
  const client = await rawClient(t, port)
  client.send(CHUNKED)
  await client.waitFor(/half/)
  client.send('zz\r\n')
  t.match(await client.closed(), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n4\r\nhalf\r\n$/)
  t.match(await sending, { outcome: 'cut', fault: { code: 'BAD_MESSAGE' } })
})

t.test('pipelined requests are served one at a time and answered in order, what cannot be read behind them last', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send(
    'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n',
  )
  for (let served = 1; served <= 3; served += 1) {
    await until(() => taken.length === served, { what: `request ${served}` })
    await tick()
    t.equal(taken.length, served, 'the next one waits')
    const { incoming, reply } = taken[served - 1]!
    await readBody(incoming.body)
    reply.send(answerOf(text(`<${incoming.target}>`)))
  }
  t.match(await client.closed(), /200 OK[\s\S]*<\/1>HTTP[\s\S]*<\/2>HTTP[\s\S]*<\/3>HTTP\/1\.1 400 /)
})

t.test('pipelined requests answered at once are answered in the tick they came in, each as it would be alone', async (t) => {
  const large = text('x'.repeat(5_000))
  const { port } = await startListener(t, ({ incoming, reply }) => {
    void reply.send(answerOf(incoming.target === '/large' ? large : text(`<${incoming.target}>`)))
  })
  const client = await rawClient(t, port)
  client.send(['/1', '/large', '/2'].map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
  await client.waitFor(/\r\n\r\n<\/1>HTTP\/1\.1 200 [\s\S]*\r\n\r\nx{5000}HTTP\/1\.1 200 [\s\S]*\r\n\r\n<\/2>$/)
})

t.test('garbage behind a request in flight leaves its answer whole', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send(`${GET}\0\x01\x02\r\n\r\n`)
  await until(() => taken.length === 1, { what: 'the request' })
  client.send('more garbage')
  await tick()
  t.equal(client.received, '')
  taken[0]?.reply.send(answerOf(text('whole')))
  t.match(await client.closed(), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nwholeHTTP\/1\.1 400 /)
})

t.test('a client with too much ahead of its answers is not read any more, and loses nothing', async (t) => {
  const { port, taken } = await startListener(t, (one) => {
    if (taken.length > 1) echo(one)
  })
  const client = await rawClient(t, port)
  const requests = 3_000
  client.send(GET.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(8_000)}\r\n\r\n`).repeat(requests))
  await until(() => taken.length === 1, { what: 'the first request' })
  let before = -1
  await until(
    () => {
      const same = client.socket.writableLength === before
      before = client.socket.writableLength
      return same
    },
    { what: 'the client to be stopped', everyMs: 100 },
  )
  t.ok(client.socket.writableLength > 0, 'it could not send them all')
  t.equal(taken.length, 1)
  echo(taken[0]!)
  await until(() => client.received.split('HTTP/1.1 200').length === requests + 1, { what: 'all answers', deadlineMs: 30_000 })
})

t.test('a client that goes away with requests waiting frees them all', async (t) => {
  const { port, taken, metrics } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send(GET + GET)
  await until(() => taken.length === 1, { what: 'the first request' })
  t.equal(metrics.value('weir_connections'), 1)
  client.socket.resetAndDestroy()
  await until(() => taken[0]?.wanted.aborted && metrics.value('weir_connections') === 0, { what: 'the connection to be freed' })
  t.equal(taken.length, 1, 'the second one never ran')
})

t.test('100 (Continue) is said when the body is opened, once, to who waits for it', async (t) => {
  const { port } = await startListener(t, async ({ incoming, reply }) => {
    void reply.send(answerOf(text(`<${(await readBody(incoming.body)).text}>`)))
  })
  const head = (expect: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n${expect}\r\n`
  const client = await rawClient(t, port)
  client.send(head('Expect: 100-continue\r\n'))
  await client.waitFor(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
  client.send('body')
  await client.waitFor(/\r\n\r\nHTTP\/1\.1 200 [\s\S]*<body>$/)
  client.send(head(''))
  client.send('more')
  t.equal((await client.waitFor(/<more>$/)).split(' 100 ').length, 2, 'not to the next one')
  const eager = await rawClient(t, port)
  eager.send(`${head('Expect: 100-continue\r\n')}body`)
  t.notMatch(await eager.waitFor(/<body>$/), / 100 /, 'nor to who did not wait')
  const old = await rawClient(t, port)
  old.send(`${head('Expect: 100-continue\r\n').replace('1.1', '1.0')}`)
  await tick()
  old.send('body')
  t.notMatch(await old.closed(), / 100 /, 'nor to HTTP/1.0')
})

t.test('who is refused before its body gets the answer alone, and the connection ends: the body may be on its way', async (t) => {
  const { port, taken } = await startListener(t, ({ reply }) => void reply.send(answerOf(text('no'), { status: 417 })))
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  t.match(await client.closed(), /^HTTP\/1\.1 417 [\s\S]*\r\nConnection: close\r\n[\s\S]*no$/)
  t.match(await readBody(taken[0]!.incoming.body), { fault: { code: 'CLIENT_GONE' } }, 'nobody waits for a body that is not wanted')
})

t.test('100 (Continue) does not come into an answer that has begun', async (t) => {
  const answer = new ScriptedBody()
  const { port, taken } = await startListener(t, ({ reply }) => void reply.send(answerOf(answer.write('early '))))
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  await client.waitFor(/early/)
  const reading = readBody(taken[0]!.incoming.body)
  client.send('body')
  t.same(await reading, { text: 'body', fault: null })
  answer.write('late').end()
  t.match(await client.closed(), /early \r\n4\r\nlate\r\n0\r\n\r\n$/)
})

t.test('a body that its reader holds back is held back at the client, and all of it comes when it goes on', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  const bytes = 20_000_000
  client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`)
  client.socket.write(Buffer.alloc(bytes, 'x'))
  client.send(GET)
  await until(() => taken.length === 1, { what: 'the request' })
  let came = 0
  let ended = false
  const body = taken[0]!.incoming.body as Body
  const flow = body.open({
    write(chunk) {
      came += chunk.byteLength
      return false
    },
    end() {
      ended = true
    },
    fail() {},
  })
  for (let turn = 1; !ended; turn += 1) {
    const before = came
    await tick()
    await tick()
    t.ok(came - before <= 256 * 1024, 'one piece a turn')
    flow.resume()
    if (turn === 1) t.ok(client.socket.writableLength > 0)
    if (came === before && !ended) await until(() => came > before || ended, { what: 'the next piece', everyMs: 1 })
  }
  t.equal(came, bytes)
  echo(taken[0]!)
  await until(() => taken.length === 2, { what: 'the request behind it' })
})

t.test('a client that leaves behind a body whose last piece was too much for its reader is noticed', async (t) => {
  const { port, taken } = await startListener(t, ({ incoming }) => {
    incoming.body?.open({ write: () => false, end() {}, fail() {} })
  })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')
  await until(() => taken.length === 1, { what: 'the request' })
  client.socket.resetAndDestroy()
  await until(() => taken[0]?.wanted.aborted, { what: 'the abort' })
})
