// All listeners of a worker on real sockets: how many connections there may be, who is turned away, and how it drains.

import t, { type Test } from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, type StartedListener, startListener, type Taken } from './start-listener.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const PAGE = bytesBody(Buffer.from('page'))
const page = ({ reply }: Taken) => void reply.send(answerOf(PAGE))

/** A client that was served once and keeps its connection. */
async function guest(t: Test, { port }: StartedListener, from = '127.0.0.1') {
  const client = await rawClient(t, port, { localAddress: from })
  client.send(GET)
  await client.waitFor(/page$/)
  return client
}

/** A client for which there is no place. */
async function turnedAway(t: Test, { port, taken }: StartedListener, from = '127.0.0.1') {
  const served = taken.length
  const client = await rawClient(t, port, { localAddress: from })
  const text = await client.closed()
  if (text !== '') t.ok(/^HTTP\/1\.1 503 [\s\S]*\r\nconnection: close\r\n/.test(text), text)
  t.equal(taken.length, served)
}

const open = (listener: StartedListener, count: number) =>
  until(() => listener.metrics.value('weir_connections') === count, { what: `${count} connections` })
const refused = ({ metrics }: StartedListener, reason: string) => metrics.value('weir_connections_refused_total', [reason])

t.test('there are so many connections in all; a place that becomes free is given to the next', async (t) => {
  const listener = await startListener(t, page, { maxConnections: 2 })
  const first = await guest(t, listener)
  await guest(t, listener, '127.0.0.2')
  await turnedAway(t, listener, '127.0.0.3')
  t.equal(refused(listener, 'max-connections'), 1)
  t.same(listener.faults, ['OVERLOADED'])
  first.socket.destroy()
  await open(listener, 1)
  await guest(t, listener, '127.0.0.3')
  t.equal(listener.metrics.value('weir_connections'), 2)
  t.equal(listener.metrics.value('weir_connections_total', ['http1']), 3, 'who was turned away is not counted as taken')
})

t.test('an address has so many; trusted ones have as many as there are', async (t) => {
  const isTrusted = (address: string) => address === '127.0.0.9'
  const listener = await startListener(t, page, { maxConnectionsPerAddress: 2 }, { isTrusted })
  await guest(t, listener)
  const second = await guest(t, listener)
  await turnedAway(t, listener)
  t.equal(refused(listener, 'max-per-address'), 1)
  await guest(t, listener, '127.0.0.2')
  for (let i = 0; i < 4; i += 1) await guest(t, listener, '127.0.0.9')
  second.socket.destroy()
  await open(listener, 6)
  await guest(t, listener)
})

t.test('under the highest pressure nobody new is taken, and who is here is served', async (t) => {
  const pressure = { level: 3 }
  const listener = await startListener(t, page, {}, { pressure })
  const client = await guest(t, listener)
  pressure.level = 4
  await turnedAway(t, listener)
  t.equal(refused(listener, 'overload'), 1)
  client.send(GET)
  await client.waitFor(/page[\s\S]*page$/)
  pressure.level = 3
  await guest(t, listener)
})

t.test('the date of answers is that of the clock', async (t) => {
  const clock = new ManualClock()
  const listener = await startListener(t, page, {}, { clock })
  const client = await guest(t, listener)
  t.match(client.received, /\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n/)
  clock.advance(1_000)
  client.send(GET)
  await client.waitFor(/\r\nDate: Thu, 01 Jan 2026 00:00:01 GMT\r\n[\s\S]*page$/)
})

t.test('a drain that has nothing to wait for is over at once, a second one too', async (t) => {
  const { listener, port } = await startListener(t, page)
  await Promise.all([listener.drain(60_000), listener.drain(60_000)])
  await t.rejects(rawClient(t, port), { code: 'ECONNREFUSED' })
})

t.test('a drain gives who has just connected a moment, not the time for a first byte', async (t) => {
  const clock = new ManualClock()
  const started = await startListener(t, page, { firstByteTimeoutMs: 60_000 }, { clock })
  const client = await rawClient(t, started.port)
  await open(started, 1)
  let drained = false
  const draining = started.listener.drain(300_000).then(() => {
    drained = true
  })
  await clock.advanceAsync(1_000, 250)
  t.equal(drained, false)
  await clock.advanceAsync(1_000, 250)
  t.equal(await client.closed(), '')
  await draining
})

t.test('an address that is taken is LISTEN_FAILED', async (t) => {
  const { port } = await startListener(t, page)
  await t.rejects(startListener(t, page, { listen: `127.0.0.1:${port}` }), { code: 'LISTEN_FAILED', detail: { reason: 'EADDRINUSE' } })
})
