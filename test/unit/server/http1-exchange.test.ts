// Requests and answers on a real connection: framing, pace and ends of both bodies.
// size: one list of what may become of an answer, read side by side

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { type Body, type BodySink, bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import type { Sent } from '../../../edge/pipeline/exchange.ts'
import { type ExchangeLine, Http1Exchange } from '../../../edge/server/http1-exchange.ts'
import type { RequestHead } from '../../../edge/wire/message.ts'
import { readBody } from '../../support/read-body.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, sentOf, startListener } from './start-listener.ts'

const PAGE = bytesBody(Buffer.from('page'))
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** An answer body under the hand of the test. */
function handBody(lengthBytes: number | null) {
  const asked: string[] = []
  let sink: BodySink | null = null
  const body: Body = {
    lengthBytes,
    open(opened) {
      sink = opened
      return { pause: () => asked.push('pause'), resume: () => asked.push('resume'), cancel: () => asked.push('cancel') }
    },
  }
  return { body, asked, sink: () => sink! }
}

t.test('the line sees the request as it came: target, fields in order with their case, peer', async (t) => {
  const { port, taken } = await startListener(t, ({ reply }) => reply.send(answerOf(PAGE)))
  const client = await rawClient(t, port)
  client.send('GET /A%20b//c?x=1&x=2 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: 2\r\nX-Latin: \xe9\r\n\r\n')
  await client.waitFor(/page$/)
  const { incoming } = taken[0]!
  t.match(incoming, {
    method: 'GET',
    target: '/A%20b//c?x=1&x=2',
    httpVersion: '1.1',
    scheme: 'http',
    body: null,
    peerAddress: '127.0.0.1',
    certificate: null,
    upgrade: null,
  })
  t.same(incoming.fields.toRaw(), ['Host', 'a', 'X-One', '1', 'x-one', '2', 'X-Latin', '\xe9'])
})

t.test('a body at hand leaves with its length; without one the length is 0', async (t) => {
  const { port } = await startListener(t, ({ incoming, reply }) => reply.send(answerOf(incoming.target === '/page' ? PAGE : null)))
  const client = await rawClient(t, port)
  client.send('GET /page HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.waitFor(/page$/), /^HTTP\/1\.1 200 OK\r\nDate: \w+, [^\r]+ GMT\r\nContent-Length: 4\r\n\r\npage$/)
  client.send('GET /none HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.waitFor(/page[\s\S]+\r\n\r\n$/), /page[\s\S]+\r\nContent-Length: 0\r\n/)
})

t.test('HEAD, 204 and 304 have no body; HEAD and 304 may speak of its length, 204 may not', async (t) => {
  const cancelled: string[][] = []
  const { port } = await startListener(t, ({ incoming, reply }) => {
    const status = Number(incoming.target.slice(1))
    const hand = handBody(500)
    if (incoming.target !== '/200' || incoming.method === 'HEAD') cancelled.push(hand.asked)
    const body = incoming.method === 'GET' && status === 200 ? PAGE : hand.body
    void reply.send(answerOf(body, { status, fields: { 'Content-Length': '500' } }))
  })
  for (const [method, status, length] of [
    ['HEAD', 200, true],
    ['GET', 304, true],
    ['GET', 204, false],
  ] as const) {
    const client = await rawClient(t, port)
    client.send(`${method} /${status} HTTP/1.1\r\nHost: a\r\n\r\nGET /200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    const [first, second, page] = (await client.closed()).split('\r\n\r\n')
    t.equal(/content-length: 500/i.test(first!), length, `${method} ${status}`)
    t.notMatch(first, /transfer-encoding/i)
    t.match(second, /^HTTP\/1\.1 200/)
    t.equal(page, 'page')
  }
  t.same(cancelled, [['cancel'], ['cancel'], ['cancel']], 'the body that nobody reads is let go of')
})

t.test('a body of unknown length goes out in chunks, to HTTP/1.0 up to the end of the connection', async (t) => {
  const { port } = await startListener(t, ({ reply }) => {
    const { body, sink } = handBody(null)
    void reply.send(answerOf(body))
    sink().write(Buffer.from('ab'))
    sink().write(Buffer.from('cd'))
    sink().end()
  })
  const modern = await rawClient(t, port)
  modern.send(GET)
  t.match(await modern.waitFor(/0\r\n\r\n$/), /\r\nTransfer-Encoding: chunked\r\n[\s\S]*\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/)
  for (const fields of ['', 'Connection: keep-alive\r\n']) {
    const old = await rawClient(t, port)
    old.send(`GET / HTTP/1.0\r\n${fields}\r\n`)
    const text = await old.closed()
    t.match(text, /\r\nConnection: close\r\n\r\nabcd$/)
    t.notMatch(text, /chunked|content-length/i)
    t.equal(old.end, 'fin')
  }
})

t.test('HTTP/1.0 is kept only when it asks for it, and is told so', async (t) => {
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(PAGE)))
  const once = await rawClient(t, port)
  once.send('GET / HTTP/1.0\r\n\r\n')
  t.match(await once.closed(), /\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
  const kept = await rawClient(t, port)
  kept.send('GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n')
  t.match(await kept.waitFor(/page$/), /\r\nConnection: keep-alive\r\n[\s\S]*\r\n\r\npage$/)
  kept.send('GET / HTTP/1.0\r\n\r\n')
  t.match(await kept.closed(), /page[\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
})

t.test('framing of the origin is never passed on: the answer has one of ours', async (t) => {
  const fields = { 'Content-Length': '9', 'Transfer-Encoding': 'gzip', 'X-A': '1' }
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(PAGE, { fields })))
  const client = await rawClient(t, port)
  client.send(GET)
  const text = await client.waitFor(/page$/)
  t.notMatch(text, /transfer-encoding|: 9\r/i)
  t.match(text, /Content-Length: 4\r\n/)
})

t.test('an answer that asks for the end has it', async (t) => {
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(PAGE, { fields: { connection: 'close' } })))
  const client = await rawClient(t, port)
  client.send(GET + GET)
  t.match(await client.closed(), /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n[^\r]*\r\nContent-Length: 4\r\n\r\npage$/)
})

for (const [what, version, lengthBytes, end] of [
  ['with a length', '1.1', 10, 'fin'],
  ['in chunks', '1.1', null, 'fin'],
  ['up to the end of the connection', '1.0', null, 'ECONNRESET'],
] as const) {
  t.test(`a body that breaks off looks broken off to the client: ${what}`, async (t) => {
    let sending: Promise<Sent> | Sent | null = null
    const hand = handBody(lengthBytes)
    const { port } = await startListener(t, ({ reply }) => {
      sending = reply.send(answerOf(hand.body))
      hand.sink().write(Buffer.from('half'))
    })
    const client = await rawClient(t, port)
    client.send(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`)
    await client.waitFor(/half/)
    hand.sink().fail(new Error('origin cut'))
    t.match(await client.closed(), /half(\r\n)?$/, 'no last chunk, nothing made up')
    t.equal(client.end, end)
    t.match(await sentOf(sending!), { outcome: 'cut', bytes: 4 })
  })
}

t.test('a client that does not read holds the body back, and lets it go on when it reads again', async (t) => {
  const hand = handBody(null)
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(hand.body)))
  const client = await rawClient(t, port)
  client.socket.pause()
  client.send(GET)
  await until(() => hand.sink(), { what: 'the body to be opened' })
  let pieces = 0
  const piece = Buffer.alloc(64 * 1024)
  while (pieces < 1_000 && hand.sink().write(piece)) pieces += 1
  t.ok(pieces < 100, `${pieces} pieces of 64 KiB before the body was asked to wait`)
  t.same(hand.asked, [])
  client.socket.resume()
  await until(() => hand.asked.includes('resume'), { what: 'the body to be asked on' })
})

t.test('a client that goes away is told of, and the body behind it is cancelled', async (t) => {
  let sending: Promise<Sent> | Sent | null = null
  const hand = handBody(null)
  const { port, taken } = await startListener(t, ({ reply }) => {
    sending = reply.send(answerOf(hand.body))
    hand.sink().write(Buffer.from('ab'))
  })
  const client = await rawClient(t, port)
  client.send(GET)
  await client.waitFor(/ab/)
  client.socket.resetAndDestroy()
  t.match(await sentOf(sending!), { outcome: 'client-gone', bytes: 2 })
  t.same(hand.asked, ['cancel'])
  t.equal(taken[0]?.wanted.aborted, true)
})

t.test('a client that goes away before its answer is told of, and the answer is thrown away', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send(GET)
  await until(() => taken.length === 1, { what: 'the request' })
  client.socket.resetAndDestroy()
  await until(() => taken[0]?.wanted.aborted, { what: 'the abort' })
  const hand = handBody(null)
  t.match(await taken[0]!.reply.send(answerOf(hand.body)), { outcome: 'client-gone', bytes: 0 })
  t.same(hand.asked, ['cancel'])
})

t.test('a whole answer aborts nothing', async (t) => {
  const { port, taken } = await startListener(t, ({ reply }) => reply.send(answerOf(PAGE)))
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await client.closed()
  t.equal(taken[0]?.wanted.aborted, false)
})

t.test('a field that would be two is a 502 without it, and nothing is read behind it', async (t) => {
  let sent: Promise<Sent> | Sent | null = null
  const { port, taken } = await startListener(t, ({ reply }) => {
    sent = reply.send({ ...answerOf(PAGE), fields: Fields.fromRaw(['X-A', 'a\r\nSet-Cookie: x']) })
  })
  const client = await rawClient(t, port)
  client.send(GET + GET)
  const text = await client.closed()
  t.match(text, /^HTTP\/1\.1 502 [\s\S]*\r\nContent-Length: 0\r\n[\s\S]*\r\nConnection: close\r\n\r\n$/)
  t.notMatch(text, /set-cookie/i)
  t.match(sent, { outcome: 'cut', fault: RangeError })
  t.equal(taken.length, 1)
})

t.test('a request body comes with its length, or without one in chunks', async (t) => {
  const { port, taken } = await startListener(t, async ({ incoming, reply }) => {
    const { text } = await readBody(incoming.body)
    void reply.send(answerOf(bytesBody(Buffer.from(`<${text}>`))))
  })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd')
  await client.waitFor(/<abcd>$/)
  client.send('DELETE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nef\r\n2\r\ngh\r\n0\r\n\r\n')
  await client.waitFor(/<efgh>$/)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
  await client.waitFor(/<>$/)
  t.same(
    taken.map(({ incoming }) => incoming.body?.lengthBytes),
    [4, null, undefined],
  )
})

t.test('interim answers go out before the answer, never within it, behind it, or to HTTP/1.0', async (t) => {
  const hand = handBody(null)
  const hints = Fields.of({ Link: '</a.css>' })
  const { port } = await startListener(t, ({ reply }) => {
    reply.interim(103, hints)
    reply.interim(103, Fields.fromRaw(['Link', 'a\r\n\r\nHTTP/1.1 200 OK']))
    void reply.send(answerOf(hand.body))
    hand.sink().write(Buffer.from('ab'))
    reply.interim(103, hints)
    hand.sink().end()
    reply.interim(103, hints)
  })
  const client = await rawClient(t, port)
  client.send(GET)
  const text = await client.waitFor(/0\r\n\r\n$/)
  t.match(text, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n2\r\nab\r\n0\r\n\r\n$/)
  t.equal(text.split('HTTP/1.1').length, 3)
  const old = await rawClient(t, port)
  old.send('GET / HTTP/1.0\r\n\r\n')
  t.match(await old.closed(), /^HTTP\/1\.1 200 /)
})

/** A connection that keeps what is written, whole answers and others. */
class RecordingLine implements ExchangeLine {
  readonly endpoint = { address: '192.0.2.7', scheme: 'https', certificate: 'ab', memory: new ConnectionMemory() } as const
  readonly dateLine = 'Date: D\r\n'
  readonly said: string[] = []
  readonly wholes: string[] = []
  open = true
  ending = false
  ended = 0

  say(text: string): void {
    this.said.push(text)
  }

  write(head: string, bytes: Uint8Array, tail: string): boolean {
    this.said.push(head + Buffer.from(bytes).toString('latin1') + tail)
    return true
  }

  sendWhole(text: string, then: 'keep' | 'close'): void {
    this.wholes.push(`${then}: ${text}`)
  }

  closeAfter(): void {
    this.said.push('close after')
  }

  skipRest(): boolean {
    return false
  }

  whole(): void {
    this.ended += 1
  }

  cut(): void {
    this.said.push('cut')
  }

  takeOver(): never {
    throw new Error('nobody asks for a tunnel here')
  }
}

const HEAD: RequestHead = {
  method: 'GET',
  target: '/',
  version: '1.1',
  raw: [],
  repeated: false,
  framing: { kind: 'none' },
  persistent: true,
  expectsContinue: false,
  upgrade: null,
}

t.test('a short body leaves with its head in one write, a longer one in one write of two parts', async (t) => {
  const line = new RecordingLine()
  t.same(new Http1Exchange(line, HEAD, null).send(answerOf(PAGE, { fields: { Date: 'X' } })), { outcome: 'whole', bytes: 4 })
  t.same(line.wholes, ['keep: HTTP/1.1 200 OK\r\nDate: X\r\nContent-Length: 4\r\n\r\npage'], 'with the date of the origin')
  const long = 'x'.repeat(5_000)
  t.same(new Http1Exchange(line, HEAD, null).send(answerOf(bytesBody(Buffer.from(long)))), { outcome: 'whole', bytes: 5_000 })
  t.same(line.said, [`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nDate: D\r\n\r\n${long}`])
  t.equal(line.ended, 1)
})

t.test('a status without a name, and what the transport says, are as they are', async (t) => {
  const line = new RecordingLine()
  const exchange = new Http1Exchange(line, HEAD, null)
  t.match(exchange, { scheme: 'https', certificate: 'ab', peerAddress: '192.0.2.7', wanted: Abort })
  void exchange.send(answerOf(null, { status: 299 }))
  t.match(line.wholes[0], /^keep: HTTP\/1\.1 299 \r\nContent-Length: 0\r\n/)
  line.ending = true
  void new Http1Exchange(line, HEAD, null).send(answerOf(null))
  t.match(line.wholes[1], /^close: [\s\S]*\r\nConnection: close\r\n\r\n$/, 'a connection that is to end says so')
})
