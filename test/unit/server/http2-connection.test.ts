import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { CANCEL, ENHANCE_YOUR_CALM, FrameClient, get, head, NO_ERROR, number32, post, RST_STREAM } from '../../support/http2-frames.ts'
import { startHttp2 } from '../../support/http2-server.ts'
import { ask, ended, visitor } from '../../support/http2-visit.ts'
import { answerOf, answerOk, type HostedRequest, readRequestBody } from '../../support/scripted-host.ts'
import { until } from '../../support/until.ts'

t.test('a request arrives as the line has it, whatever the client', async (t) => {
  const { port, host } = await startHttp2(t)
  const session = visitor(t, port)
  await ended(ask(session, { ':path': '/a?b=c', cookie: ['x=1', 'y=2'], accept: 'text/html' }))
  const { incoming } = host.requests[0] as HostedRequest
  t.match(incoming, { method: 'GET', target: '/a?b=c', httpVersion: '2', scheme: 'https', body: null, certificate: null, upgrade: null })
  t.match(incoming.peerAddress, /127\.0\.0\.1$/)
  t.same(incoming.fields.toRaw(), ['Host', `localhost:${port}`, 'cookie', 'x=1; y=2', 'accept', 'text/html'])
})

t.test('many requests share a connection, and each gets its own answer', async (t) => {
  const { port } = await startHttp2(t, ({ incoming, reply }) =>
    reply.send(answerOf(bytesBody(Buffer.from(incoming.target)), { 'x-a': 'b' })),
  )
  const session = visitor(t, port)
  const visits = Array.from({ length: 80 }, (_, i) => ask(session, { ':path': `/${i}` }))
  for (const [i, visit] of visits.entries()) {
    await ended(visit)
    t.equal(visit.text, `/${i}`)
    t.match(visit.headers, { ':status': 200, 'content-length': String(visit.text.length), 'x-a': 'b', date: /GMT$/ })
  }
})

t.test('an idle connection ends in order after its time', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, answerOk, { keepAliveMs: 1_000, firstByteTimeoutMs: 3_000 })
  const fresh = await FrameClient.connect(t, port)
  host.sweep(2_500)
  t.equal(count('idle'), 0, 'who has just connected has the time of a first byte')
  fresh.send(head(1, get('/')))
  t.equal(await fresh.outcome(1), '200')
  await until(() => host.requests.length === 1, { what: 'the request' })
  host.sweep(3_000)
  host.sweep(4_200)
  await fresh.closed()
  t.equal(fresh.goaway, NO_ERROR)
  t.equal(count('idle'), 1)
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
})

t.test('a drain finishes what is under way, takes nothing new, and ends', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, get('/')))
  await until(() => host.requests.length === 1, { what: 'the request' })
  host.draining = true
  for (const connection of host.held) connection.drain()
  await until(() => client.goaway === NO_ERROR, { what: 'GOAWAY' })
  client.send(head(3, get('/late')))
  answerOk(host.requests[0] as HostedRequest)
  t.equal(await client.outcome(1), '200')
  await client.closed()
  t.same(host.targets, ['/'])
  t.equal(count('drain'), 1)
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
})

t.test('a drain waits a moment for who has just connected', async (t) => {
  const { port, host } = await startHttp2(t)
  const client = await FrameClient.connect(t, port)
  host.draining = true
  for (const connection of host.held) connection.drain()
  client.send(head(1, get('/')))
  t.equal(await client.outcome(1), '200')
  const silent = await FrameClient.connect(t, port)
  for (const connection of host.held) connection.drain()
  host.sweep(1_500)
  await silent.closed()
})

t.test('a client that does not close after the end is cut off', async (t) => {
  const { port, host } = await startHttp2(t, answerOk, { keepAliveMs: 0, firstByteTimeoutMs: 100 })
  const client = await FrameClient.connect(t, port)
  client.socket.allowHalfOpen = true
  host.sweep(1_000)
  await until(() => client.end === 'fin', { what: 'our end' })
  t.equal(host.held.size, 1)
  host.sweep(5_000)
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
})

t.test('destroy ends a connection at once, and its requests with it', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, get('/')), head(3, post('/'), 0))
  await until(() => host.requests.length === 2, { what: 'the requests' })
  const reading = readRequestBody(host.requests[1]?.incoming.body ?? null)
  for (const connection of host.held) connection.destroy()
  await client.closed()
  await until(() => host.requests.every(({ wanted }) => wanted.aborted), { what: 'the requests to be given up' })
  t.match(await reading, { fault: 'CLIENT_GONE' })
  t.equal(host.held.size, 0)
})

t.test('the last request that a connection may have is told to be the last', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, answerOk, { maxRequestsPerConnection: 2 })
  const client = await FrameClient.connect(t, port)
  client.send(head(1, get('/1')), head(3, get('/2')), head(5, get('/3')))
  t.equal(await client.outcome(1), '200')
  t.equal(await client.outcome(3), '200')
  await client.closed()
  t.same(host.targets, ['/1', '/2'])
  t.equal(count('max-requests'), 1)
})

t.test('resets of requests are counted by the minute, and too many end the connection', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, () => {}, { http2MaxResetsPerMinute: 10 })
  const client = await FrameClient.connect(t, port)
  for (let i = 0; i < 10; i++) {
    client.send(head(1 + 2 * i, get('/')), number32(RST_STREAM, 1 + 2 * i, CANCEL))
    await until(() => host.requests[i]?.wanted.aborted === true, { what: `request ${i} to be given up` })
  }
  t.equal(count('resets'), 0)
  client.send(head(21, get('/')), number32(RST_STREAM, 21, CANCEL))
  await client.closed()
  t.equal(client.goaway, ENHANCE_YOUR_CALM)
  t.equal(count('resets'), 1)
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
})

t.test('a client that comes and goes at its own pace is not taken for an attacker', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, answerOk, { http2MaxResetsPerMinute: 3 })
  const session = visitor(t, port)
  for (let i = 0; i < 20; i++) await ended(ask(session))
  t.equal(host.requests.length, 20)
  t.equal(count('resets'), 0)
})

t.test('who closes its sending side is gone', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, get('/')))
  await until(() => host.requests.length === 1, { what: 'the request' })
  client.socket.end()
  await until(() => host.requests[0]?.wanted.aborted === true, { what: 'the request to be given up' })
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
  t.equal(host.requests.length, 1)
})
