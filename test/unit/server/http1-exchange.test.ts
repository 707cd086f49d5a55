// Requests and answers over node:http on a real connection: framing, pace and ends of both bodies.

import t from 'tap'
import { type Body, type BodySink, bytesBody } from '../../../edge/http/body.ts'
import type { Sent } from '../../../edge/pipeline/exchange.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, readRequest, sentOf, startListener } from './start-listener.ts'

const PAGE = bytesBody(Buffer.from('page'))

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
  const incoming = taken[0]!.incoming
  t.match(incoming, {
    method: 'GET',
    target: '/A%20b//c?x=1&x=2',
    httpVersion: '1.1',
    scheme: 'http',
    body: null,
    peerAddress: '127.0.0.1',
  })
  t.same(incoming.fields.toRaw(), ['Host', 'a', 'X-One', '1', 'x-one', '2', 'X-Latin', '\xe9'])
})

t.test('a body at hand leaves with its length; without one the length is 0', async (t) => {
  const { port } = await startListener(t, ({ incoming, reply }) => reply.send(answerOf(incoming.target === '/page' ? PAGE : null)))
  const client = await rawClient(t, port)
  client.send('GET /page HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.waitFor(/page$/), /\r\nContent-Length: 4\r\n/)
  client.send('GET /none HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.waitFor(/page[\s\S]+\r\n\r\n$/), /page[\s\S]+\r\nContent-Length: 0\r\n/)
})

t.test('HEAD, 204 and 304 have no body; HEAD and 304 may speak of its length, 204 may not', async (t) => {
  const { port } = await startListener(t, ({ incoming, reply }) => {
    const status = Number(incoming.target.slice(1))
    void reply.send(answerOf(PAGE, { status, fields: { 'Content-Length': '500' } }))
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
    t.match(second, /^HTTP\/1\.1 200/)
    t.equal(page, 'page')
  }
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
  modern.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await modern.waitFor(/0\r\n\r\n$/), /\r\nTransfer-Encoding: chunked\r\n\r\n(2\r\nab\r\n2\r\ncd|4\r\nabcd)\r\n0\r\n\r\n$/)
  const old = await rawClient(t, port)
  old.send('GET / HTTP/1.0\r\n\r\n')
  const text = await old.closed()
  t.match(text, /\r\n\r\nabcd$/)
  t.notMatch(text, /chunked/i)
  t.equal(old.end, 'fin')
})

t.test('framing of the origin is never passed on: the answer has one of ours', async (t) => {
  const { port } = await startListener(
    t,
    ({ reply }) => void reply.send(answerOf(PAGE, { fields: { 'Content-Length': '9', 'Transfer-Encoding': 'gzip', 'X-A': '1' } })),
  )
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const text = await client.waitFor(/page$/)
  t.notMatch(text, /transfer-encoding|: 9\r/i)
  t.match(text, /Content-Length: 4\r\n/)
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
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
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
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.waitFor(/ab/)
  client.socket.destroy()
  t.match(await sentOf(sending!), { outcome: 'client-gone', bytes: 2 })
  t.same(hand.asked, ['cancel'])
  t.equal(taken[0]?.wanted.aborted, true)
})

t.test('a client that goes away before its answer is told of, and the answer is thrown away', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  client.socket.destroy()
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

t.test('a field that must not be written is a 502, and the connection serves on', async (t) => {
  const { port } = await startListener(
    t,
    ({ incoming, reply }) =>
      void reply.send(answerOf(PAGE, incoming.target === '/bad' ? { fields: { 'X-A': 'a\u0001b\r\nSet-Cookie: x' } } : {})),
  )
  const client = await rawClient(t, port)
  client.send('GET /bad HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.waitFor(/\r\n\r\n$/), /^HTTP\/1\.1 502 /)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  t.notMatch(await client.waitFor(/page$/), /set-cookie/i)
})

t.test('a request body comes with its length, or without one in chunks', async (t) => {
  const { port, taken } = await startListener(t, async ({ incoming, reply }) => {
    const { text } = await readRequest(incoming.body)
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

t.test('a client that falls silent within its body is REQUEST_TIMEOUT, one that leaves is CLIENT_GONE', async (t) => {
  const { port, taken } = await startListener(t, () => {}, { bodyTimeoutMs: 100 })
  const silent = await rawClient(t, port)
  silent.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab')
  await until(() => taken.length === 1, { what: 'the request' })
  t.match(await readRequest(taken[0]!.incoming.body), { text: 'ab', fault: { code: 'REQUEST_TIMEOUT' } })
  const leaving = await rawClient(t, port)
  leaving.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab')
  await until(() => taken.length === 2, { what: 'the second request' })
  const reading = readRequest(taken[1]!.incoming.body)
  leaving.socket.destroy()
  t.match(await reading, { fault: { code: 'CLIENT_GONE' } })
})

t.test('a body nobody reads is not taken for the next request: the connection ends with the answer', async (t) => {
  const { port, taken } = await startListener(t, ({ reply }) => reply.send(answerOf(PAGE)))
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n')
  t.match(await client.waitFor(/page$/), /\r\nConnection: close\r\n/)
  client.send('GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.closed()
  t.equal(taken.length, 1)
})

t.test('a client that sends all of its body before it reads still gets an early answer', async (t) => {
  const { port } = await startListener(t, ({ reply }) => reply.send(answerOf(PAGE, { status: 413 })))
  const client = await rawClient(t, port)
  client.socket.pause()
  const bytes = 10_000_000
  await new Promise<void>((resolve) => {
    client.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`)
    client.socket.write(Buffer.alloc(bytes), () => resolve())
  })
  client.socket.resume()
  t.match(await client.closed(), /^HTTP\/1\.1 413 [\s\S]*page$/)
  t.equal(client.end, 'fin')
})
