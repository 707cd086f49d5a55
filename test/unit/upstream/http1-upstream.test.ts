import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { Http1Upstream } from '../../../edge/upstream/http1-upstream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { HandBody, hopTo, OK, readBody, requestOf, startUpstream } from './send-one.ts'

t.test('a client that is gone already is not sent at all', async (t) => {
  const wanted = new Abort()
  wanted.abort()
  const { send, clock } = startUpstream(t)
  await t.rejects(send(hopTo('127.0.0.1:1'), {}, wanted), { code: 'CLIENT_GONE' })
  t.equal(clock.pending, 0)
})

t.test('nobody listening is UPSTREAM_CONNECT, for every method worth another peer', async (t) => {
  const { send, clock } = startUpstream(t)
  for (const method of ['GET', 'POST'])
    await t.rejects(send(hopTo('127.0.0.1:1'), { method }), { code: 'UPSTREAM_CONNECT', row: { retry: 'always' } })
  clock.advance(50)
  t.equal(clock.pending, 0, 'nothing is left to be looked at')
})

t.test('a name that does not exist, and a port that is none, are UPSTREAM_CONNECT', async (t) => {
  const { send } = startUpstream(t)
  await t.rejects(send(hopTo('no-such-host.invalid:80')), { code: 'UPSTREAM_CONNECT' })
  await t.rejects(send(hopTo('127.0.0.1:70000')), { code: 'UPSTREAM_CONNECT' })
})

t.test('hops with other terms have connections of their own', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { get } = startUpstream(t)
  const hop = hopTo(origin.address)
  for (const other of [hop, { ...hop, firstByteTimeoutMs: 1 }, { ...hop, connectTimeoutMs: 1 }]) await get(other)
  t.equal(origin.connections.length, 1, 'deadlines are those of a request, not of a connection')
  await get({ ...hop, maxConnections: 5 })
  t.equal(origin.connections.length, 2)
})

t.test('when all hops are busy a new one is UPSTREAM_BUSY, and an idle one gives way', async (t) => {
  const silent = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.includes('/quick')) socket.write(OK)
  })
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send, get } = startUpstream(t, 1)
  await get(hopTo(silent.address), '/quick')
  const wanted = new Abort()
  const held = t.rejects(send(hopTo(silent.address), {}, wanted), { code: 'CLIENT_GONE' })
  await until(() => silent.connections[0]?.received.includes('GET / '), { what: 'the first hop to be busy' })
  await t.rejects(send(hopTo(origin.address)), { code: 'UPSTREAM_BUSY' })
  wanted.abort()
  await held
  await get(hopTo(silent.address), '/quick')
  t.same(await get(hopTo(origin.address)), { text: 'ok', fault: null })
  await until(() => silent.connections[1]?.socket.destroyed, { what: 'the idle connection to end' })
})

t.test('uploads whose clients hardly send fill half of the connections at most; others pass them by', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.includes('GET ') || chunk.includes('done')) socket.write(OK)
  })
  const { send, get } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 4, maxQueued: 0 })
  const bodies = Array.from({ length: 6 }, () => new HandBody(null))
  const uploads = bodies.map((body) => send(hop, { method: 'POST', body }))
  await until(() => origin.connections.length === 2, { what: 'two uploads at the origin' })
  for (const body of bodies) body.sink!.write(Buffer.from('x'))
  for (let i = 0; i < 5; i += 1) t.same(await get(hop), { text: 'ok', fault: null })
  t.same(await readBody(await send(hop, { method: 'POST', body: bytesBody(Buffer.from('done')) })), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 3)
  // Who has sent all goes on, and who breaks off asks for nothing.
  bodies[5]?.sink?.write(Buffer.from('done'))
  bodies[5]?.sink?.end()
  t.same(await readBody(await uploads[5]!), { text: 'ok', fault: null })
  for (const [i, body] of bodies.slice(0, 5).entries()) {
    body.sink!.fail(new EdgeError('CLIENT_GONE'))
    await t.rejects(uploads[i]!, { code: 'CLIENT_GONE' })
  }
  t.equal(origin.connections.length, 3)
})

t.test('closing lets what is under way end, and closes idle connections', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (!chunk.includes('/held')) socket.write(OK)
  })
  const { send, get, upstream } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 2 })
  const held = send(hop, { target: '/held/1' })
  await until(() => origin.connections[0]?.received, { what: 'the request' })
  await get(hop)
  let closed = false
  const closing = upstream.close().then(() => {
    closed = true
  })
  await until(() => origin.connections[1]?.socket.destroyed, { what: 'the idle connection to end' })
  t.equal(closed, false)
  origin.connections[0]?.socket.write(OK)
  t.same(await readBody(await held), { text: 'ok', fault: null })
  await closing
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})

t.test('closing without anything to close is over at once', async (t) => {
  const { upstream } = startUpstream(t)
  await upstream.close()
  await upstream.close()
})

t.test('a stall of this thread is not counted against a peer that answered within it', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const timers = new ManualClock()
  let stalledMs = 0
  const clock = { wallMs: () => timers.wallMs(), monotonicMs: () => timers.monotonicMs() + stalledMs }
  const upstream = new Http1Upstream({ clock, timers, files: systemFiles, metrics: new RecordingMetrics() })
  const send = () => upstream.send(requestOf(), hopTo(origin.address), new Abort())
  const arrived = (requests: number) =>
    until(() => origin.connections[0]?.received.split('GET').length === requests + 1, { what: `request ${requests}` })

  const answered = send()
  await arrived(1)
  stalledMs += 60_000
  timers.advance(50)
  origin.connections[0]?.socket.write(OK)
  t.same(await readBody(await answered), { text: 'ok', fault: null }, 'one more turn of the loop reads what came')

  const silent = t.rejects(send(), { code: 'UPSTREAM_TIMEOUT' })
  await arrived(2)
  stalledMs += 60_000
  timers.advance(50)
  timers.advance(1)
  await silent
})
