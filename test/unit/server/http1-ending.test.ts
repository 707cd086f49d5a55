// How connections end: who says that it is the last, what of a body that nobody reads, of a client that is still sending, of a tunnel.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import { serveHttp1 } from '../../../edge/server/http1-connection.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readBody } from '../../support/read-body.ts'
import type { Scope } from '../../support/scope.ts'
import { ScriptedHost } from '../../support/scripted-host.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, startListener, type Taken } from './start-listener.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const PAGE = bytesBody(Buffer.from('page'))
const page = ({ reply }: Taken) => void reply.send(answerOf(PAGE))
/** A listener that holds its connections in the hands of the test. */
async function startHttp1(t: Scope, host: ScriptedHost) {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    serveHttp1(socket, { address: '192.0.2.7', scheme: 'http', certificate: null, memory: new ConnectionMemory() }, host)
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, sockets }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))
const post = (bytes: number, body = '') => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n${body}`
const target = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

t.test('nothing is served behind a request that asked for the end', async (t) => {
  const { port, taken } = await startListener(t, page)
  const client = await rawClient(t, port)
  client.send(`GET /1 HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n${GET}`)
  t.match(await client.closed(), /^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
  t.equal(client.end, 'fin')
  t.equal(taken.length, 1)
})

t.test('nor behind as many requests as one connection may have', async (t) => {
  const { port, taken } = await startListener(t, page, { maxRequestsPerConnection: 2 })
  const client = await rawClient(t, port)
  client.send(GET + GET + GET)
  const [, first, second, third] = (await client.closed()).split('HTTP/1.1 ')
  t.notMatch(first, /connection/i)
  t.match(second, /\r\nConnection: close\r\n/)
  t.equal(third, undefined)
  t.equal(taken.length, 2)
})

t.test('a body nobody reads is thrown away when it is here, and the connection is kept', async (t) => {
  const { port, taken } = await startListener(t, page)
  const client = await rawClient(t, port)
  client.send(post(4, 'GET '))
  t.notMatch(await client.waitFor(/page$/), /connection/i)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n${target('/next')}`)
  await client.waitFor(/(page[\s\S]*){3}$/)
  t.same(
    taken.map(({ incoming }) => incoming.target),
    ['/', '/', '/next'],
  )
  t.match(await readBody(taken[0]!.incoming.body), { fault: { code: 'CLIENT_GONE' } }, 'who opens it late hears that it is gone')
})

t.test('a body nobody reads of which more is to come is not taken for the next request: the connection ends', async (t) => {
  for (const first of [
    post(100_000),
    post(100_000, 'half'),
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n',
  ]) {
    const { port, taken } = await startListener(t, page)
    const client = await rawClient(t, port)
    client.send(first)
    t.match(await client.waitFor(/page$/), /\r\nConnection: close\r\n/)
    client.send(`\r\n0\r\n\r\n${GET}`)
    await client.closed()
    t.equal(taken.length, 1)
  }
})

t.test('an answer in the middle of a body that is being read ends the connection, and its reader hears so once', async (t) => {
  const heard: unknown[] = []
  const { port, taken } = await startListener(t, ({ incoming, reply }) => {
    incoming.body?.open({
      // In the very call that brings the first piece.
      write: () => reply.send(answerOf(PAGE, { status: 413 })) !== undefined,
      end: () => heard.push('end'),
      fail: (fault) => heard.push((fault as { code: string }).code),
    })
  })
  const client = await rawClient(t, port)
  client.send(post(40, 'half'))
  await client.waitFor(/page$/)
  client.send(GET.padEnd(36, 'x') + GET)
  t.match(await client.closed(), /^HTTP\/1\.1 413 [\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
  t.same(heard, ['CLIENT_GONE'])
  t.equal(taken.length, 1, 'no part of the body became a request')
})

t.test('one in the call that brings the last piece keeps it', async (t) => {
  const heard: unknown[] = []
  const { port, taken } = await startListener(t, ({ incoming, reply }) => {
    if (incoming.body === null) return void reply.send(answerOf(PAGE))
    incoming.body.open({
      write: () => reply.send(answerOf(PAGE)) !== undefined,
      end: () => heard.push('end'),
      fail: () => heard.push('fail'),
    })
  })
  const client = await rawClient(t, port)
  client.send(post(4, 'body') + GET)
  await client.waitFor(/page[\s\S]*page$/)
  t.same(heard, ['end'])
  t.equal(taken.length, 2)
})

t.test('whoever still holds the body of an exchange that is over cannot stop the connection', async (t) => {
  const { port } = await startListener(t, ({ incoming, reply }) => {
    if (incoming.body === null) return void reply.send(answerOf(PAGE))
    const flow = incoming.body.open({ write: () => true, end() {}, fail() {} })
    setImmediate(() => {
      void reply.send(answerOf(PAGE))
      flow.pause()
      flow.cancel()
    })
  })
  const client = await rawClient(t, port)
  client.send(post(4, 'body'))
  await client.waitFor(/page$/)
  client.send(GET)
  await client.waitFor(/page[\s\S]*page$/)
})

t.test('a client that sends all of its body before it reads still gets an early answer', async (t) => {
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(PAGE, { status: 413 })))
  const client = await rawClient(t, port)
  client.socket.pause()
  const bytes = 20_000_000
  await new Promise<void>((resolve) => {
    client.socket.write(post(bytes))
    client.socket.write(Buffer.alloc(bytes), () => resolve())
  })
  client.socket.resume()
  t.match(await client.closed(), /^HTTP\/1\.1 413 [\s\S]*page$/)
  t.equal(client.end, 'fin')
})

t.test('so does one whose request is refused in the middle of what it sends', async (t) => {
  const { port } = await startListener(t, page)
  const client = await rawClient(t, port)
  client.socket.pause()
  await new Promise<void>((resolve) => {
    client.socket.write('GET / HTTP/1.1\r\nHost : a\r\n\r\n')
    client.socket.write(Buffer.alloc(5_000_000), () => resolve())
  })
  client.socket.resume()
  t.match(await client.closed(), /^HTTP\/1\.1 400 [\s\S]*\}\n$/)
  t.equal(client.end, 'fin')
})

t.test('who was answered for the last time is waited for while it sends, not while it is silent, and not for ever', async (t) => {
  for (const [sends, mostMs] of [
    ['nothing', 1_500],
    ['bytes', 10_500],
  ] as const) {
    const host = new ScriptedHost(({ reply }) => reply.send(answerOf(PAGE)))
    const { port, sockets } = await startHttp1(t, host)
    const client = await rawClient(t, port, { allowHalfOpen: true })
    client.send(post(1_000_000))
    await client.waitFor(/page$/)
    const [socket] = sockets as [Socket]
    let atMs = 0
    for (; !socket.destroyed && atMs < 60_000; atMs += 250) {
      const readBytes = socket.bytesRead
      if (sends === 'bytes') {
        client.send('x')
        await until(() => socket.bytesRead > readBytes, { what: 'a byte to arrive', everyMs: 1 })
      }
      host.sweep(atMs)
    }
    t.ok(atMs > mostMs - 1_000 && atMs <= mostMs, `${sends}: ended after ${atMs} ms`)
  }
})

t.test('an answer that is still being taken is not cut by the wait for the end', async (t) => {
  const clock = new ManualClock()
  const bytes = 20_000_000
  const { port, taken } = await startListener(
    t,
    ({ reply }) => void reply.send(answerOf(bytesBody(Buffer.alloc(bytes, 'x')))),
    {},
    { clock },
  )
  const client = await rawClient(t, port)
  client.socket.pause()
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  await clock.advanceAsync(25_000, 250)
  client.socket.resume()
  const whole = await client.closed()
  t.equal(whole.length - whole.indexOf('\r\n\r\n') - 4, bytes)
})

t.test('a tunnel has the connection, what came behind the request, and what comes later; the connection is let go of', async (t) => {
  let socket: Socket | null = null
  const { port, taken, metrics, listener } = await startListener(t, ({ incoming }) => {
    const offer = incoming.upgrade?.take()
    if (offer === undefined) return
    socket = offer.socket as Socket
    socket.on('data', (chunk: Buffer) => socket?.write(`<${chunk}>`))
    socket.write(`early ${Buffer.from(offer.early)} `)
    socket.resume()
  })
  const client = await rawClient(t, port)
  const asked = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  client.send(`${asked}${GET}`)
  await client.waitFor(/^early GET [\s\S]*\r\n\r\n $/)
  client.send(GET)
  await client.waitFor(/<GET [\s\S]*>$/)
  t.equal(taken.length, 1, 'no byte of it is a request')
  let drained = false
  const draining = listener.drain(60_000).then(() => {
    drained = true
  })
  await tick()
  t.equal(drained, false, 'a drain waits for it')
  client.socket.end()
  await until(() => socket?.readableEnded, { what: 'the tunnel to hear of the end' })
  ;(socket as Socket | null)?.destroy()
  await draining
  t.equal(metrics.value('weir_connections'), 0)
})
