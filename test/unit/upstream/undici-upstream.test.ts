import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { HandBody, hopTo, readBody, startUpstream } from './send-one.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

t.test('requests one after the other share a connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send } = startUpstream(t)
  for (let i = 0; i < 5; i += 1) await readBody(await send(hopTo(origin.address)))
  // Two: undici looks at a connection again one turn after its answer ended, and the next request may be sooner.
  t.ok(origin.connections.length <= 2)
})

t.test('nobody listening is UPSTREAM_CONNECT, for every method worth another peer', async (t) => {
  const { send, clock } = startUpstream(t)
  for (const method of ['GET', 'POST'])
    await t.rejects(send(hopTo('127.0.0.1:1'), { method }), { code: 'UPSTREAM_CONNECT', row: { retry: 'always' } })
  t.equal(clock.pending, 0)
})

t.test('a name that does not exist is UPSTREAM_CONNECT', async (t) => {
  await t.rejects(startUpstream(t).send(hopTo('no-such-host.invalid:80')), { code: 'UPSTREAM_CONNECT' })
})

t.test('an origin that speaks no TLS is UPSTREAM_CONNECT', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await t.rejects(startUpstream(t).send(hopTo(origin.address, { scheme: 'https' })), { code: 'UPSTREAM_CONNECT' })
})

t.test('a kept connection that closes as a GET is written on it costs the client nothing', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, number, received }) => {
    if (number === 1 && received.split('GET').length > 2) socket.end()
    else socket.write(OK)
  })
  const { send } = startUpstream(t)
  await readBody(await send(hopTo(origin.address)))
  t.same(await readBody(await send(hopTo(origin.address))), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 2)
})

t.test('a kept connection that is reset under a GET costs the client nothing either', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, number, received }) => {
    if (number === 1 && received.split('GET').length > 2) socket.resetAndDestroy()
    else socket.write(OK)
  })
  const { send } = startUpstream(t)
  await readBody(await send(hopTo(origin.address)))
  t.same(await readBody(await send(hopTo(origin.address))), { text: 'ok', fault: null })
})

t.test('a POST on a kept connection that closes is a fault and is not sent a second time', async (t) => {
  let posts = 0
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (!chunk.includes('POST')) return void socket.write(OK)
    posts += 1
    socket.end()
  })
  const { send } = startUpstream(t)
  await readBody(await send(hopTo(origin.address)))
  await t.rejects(send(hopTo(origin.address), { method: 'POST' }), { code: 'UPSTREAM_RESET', row: { retry: 'if-idempotent' } })
  t.equal(posts, 1)
})

t.test('an origin that closes every fresh connection is asked once and no more', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.end())
  await t.rejects(startUpstream(t).send(hopTo(origin.address)), { code: 'UPSTREAM_RESET' })
  t.equal(origin.connections.length, 1)
})

t.test('an origin that resets every connection is asked twice and no more', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.resetAndDestroy())
  const { send, clock } = startUpstream(t)
  await t.rejects(send(hopTo(origin.address)), { code: 'UPSTREAM_RESET' })
  t.equal(origin.connections.length, 2)
  t.equal(clock.pending, 0)
})

t.test('more than connections and queue hold is UPSTREAM_BUSY at once', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { send } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 1 })
  const wanted = new Abort()
  const held = [send(hop, {}, wanted), send(hop, {}, wanted)].map((sent) => t.rejects(sent, { code: 'CLIENT_GONE' }))
  await t.rejects(send(hop), { code: 'UPSTREAM_BUSY', row: { retry: 'always' } })
  wanted.abort()
  await Promise.all(held)
})

t.test('a client that leaves the queue gives its place free and costs no connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.includes('GET /next')) socket.write(OK)
  })
  const { send } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 1 })
  const running = new Abort()
  const first = t.rejects(send(hop, { target: '/held' }, running), { code: 'CLIENT_GONE' })
  await until(() => origin.connections[0]?.received, { what: 'the first request' })
  for (let i = 0; i < 50; i += 1) {
    const wanted = new Abort()
    const queued = t.rejects(send(hop, { target: '/queued' }, wanted), { code: 'CLIENT_GONE' })
    wanted.abort()
    await queued
  }
  const next = send(hop, { target: '/next' })
  running.abort()
  await first
  t.same(await readBody(await next), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 2)
  t.notMatch(origin.connections.map(({ received }) => received).join(), /queued/)
})

t.test('places come back however an exchange ends', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.includes('/cut')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab')
    else if (chunk.includes('/reset')) socket.resetAndDestroy()
    else if (chunk.includes('/invalid')) socket.write('nonsense\r\n\r\n')
    else if (!chunk.includes('/silent')) socket.write(OK)
  })
  const { send, clock } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 0 })
  for (let round = 0; round < 3; round += 1) {
    t.match(await readBody(await send(hop, { target: '/cut' })), { fault: { code: 'UPSTREAM_CUT' } })
    await t.rejects(send(hop, { target: '/reset', method: 'POST' }), { code: 'UPSTREAM_RESET' })
    await t.rejects(send(hop, { target: '/invalid' }), { code: 'UPSTREAM_INVALID' })
    const late = t.rejects(send(hop, { target: '/silent' }), { code: 'UPSTREAM_TIMEOUT' })
    await until(() => origin.connections.at(-1)?.received.includes('/silent'), { what: 'the silent request' })
    clock.advance(20_000)
    await late
    const cancelled = await send(hop, { target: '/ok' })
    cancelled.body.open({ write: () => true, end() {}, fail() {} }).cancel()
    t.same(await readBody(await send(hop, { target: '/ok' })), { text: 'ok', fault: null })
  }
  t.equal(clock.pending, 0)
})

t.test('a client that goes away while the connection is made leaves its place until undici comes to it', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 0 })
  const wanted = new Abort()
  const gone = t.rejects(send(hop, {}, wanted), { code: 'CLIENT_GONE' })
  wanted.abort()
  await gone
  await t.rejects(send(hop), { code: 'UPSTREAM_BUSY' }, 'the handshake is still under way')
  const answer = await until(() => send(hop), { what: 'the place to be free again' })
  t.same(await readBody(answer), { text: 'ok', fault: null })
})

t.test('a client that is gone already is not sent at all', async (t) => {
  const wanted = new Abort()
  wanted.abort()
  await t.rejects(startUpstream(t).send(hopTo('127.0.0.1:1'), {}, wanted), { code: 'CLIENT_GONE' })
})

t.test('a body of an idempotent request is not sent a second time by the wire', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.resetAndDestroy())
  const body = new HandBody(3)
  const sent = startUpstream(t).send(hopTo(origin.address), { method: 'PUT', body })
  const failed = t.rejects(sent, { code: 'UPSTREAM_RESET' })
  await until(() => body.sink, { what: 'the body to be opened' })
  body.sink?.write(Buffer.from('abc'))
  body.sink?.end()
  await failed
  t.equal(origin.connections.length, 1)
})

t.test('when all hops are busy a new one is UPSTREAM_BUSY, and an idle one gives way', async (t) => {
  const silent = await startRawOrigin(t, () => {})
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send } = startUpstream(t, 1)
  const wanted = new Abort()
  const held = t.rejects(send(hopTo(silent.address), {}, wanted), { code: 'CLIENT_GONE' })
  await until(() => silent.connections[0]?.received, { what: 'the first hop to be busy' })
  await t.rejects(send(hopTo(origin.address)), { code: 'UPSTREAM_BUSY' })
  wanted.abort()
  await held
  t.same(await readBody(await send(hopTo(origin.address))), { text: 'ok', fault: null })
})

t.test('a Unix socket is a hop like any other', async (t) => {
  const path = join(tempDir(t), 'origin.sock')
  const server = createServer((_request, response) => response.end('unix'))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
    rmSync(path, { force: true })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.same(await readBody(await startUpstream(t).send(hopTo(`unix:${path}`))), { text: 'unix', fault: null })
})

t.test('closing lets what is under way end, and closes idle connections', async (t) => {
  let release: () => void = () => {}
  const origin = await startRawOrigin(t, ({ socket }) => {
    release = () => socket.write(OK)
  })
  const { send, upstream } = startUpstream(t)
  const sent = send(hopTo(origin.address))
  await until(() => origin.connections[0]?.received, { what: 'the request' })
  const closing = upstream.close()
  release()
  t.same(await readBody(await sent), { text: 'ok', fault: null })
  await closing
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})
