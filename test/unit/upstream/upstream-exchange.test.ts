// One exchange: who is waited for and how long, what is sent again, and how it ends. Deadlines pass by the hand of the test.

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { type RawConnection, startRawOrigin } from './raw-origin.ts'
import { hopTo, OK, readBody, startUpstream } from './send-one.ts'

const requestsOn = ({ received }: RawConnection) => received.split(' HTTP/1.1\r\n').length - 1

/** An origin that answers the first request of its first connection, and does `act` to the second. */
const startFickleOrigin = (t: Scope, act: (connection: RawConnection) => void) =>
  startRawOrigin(t, (connection) => {
    if (connection.number === 1 && requestsOn(connection) > 1) act(connection)
    else connection.socket.write(OK)
  })

t.test('a kept connection that ends as it is written on costs the client nothing: it is asked once more, on a new one', async (t) => {
  const acts = {
    closed: ({ socket }: RawConnection) => socket.end(),
    reset: ({ socket }: RawConnection) => socket.resetAndDestroy(),
  }
  for (const [how, act] of Object.entries(acts))
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const origin = await startFickleOrigin(t, act)
      const { send, get } = startUpstream(t)
      await get(hopTo(origin.address))
      t.equal((await send(hopTo(origin.address), { method })).status, 200, `${method} ${how}`)
      t.equal(origin.connections.length, 2)
    }
})

t.test('the second try takes no other kept connection: those are likely to be dead as well', async (t) => {
  let closing = false
  const origin = await startRawOrigin(t, (connection, chunk) => {
    if (closing && requestsOn(connection) > 1) connection.socket.end()
    else if (!chunk.includes('/held')) connection.socket.write(OK)
  })
  const { get } = startUpstream(t)
  const hop = hopTo(origin.address)
  const held = [get(hop, '/held/1'), get(hop, '/held/2'), get(hop, '/held/3')]
  await until(() => origin.connections.filter(({ received }) => received).length === 3, { what: 'three connections' })
  for (const { socket } of origin.connections) socket.write(OK)
  await Promise.all(held)
  closing = true
  t.same(await get(hop, '/next'), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 4)
})

t.test('what may not run twice is not sent a second time', async (t) => {
  const origin = await startFickleOrigin(t, ({ socket }) => socket.end())
  const { send, get } = startUpstream(t)
  await get(hopTo(origin.address))
  await t.rejects(send(hopTo(origin.address), { method: 'POST' }), { code: 'UPSTREAM_RESET', row: { retry: 'if-idempotent' } })
  t.equal(origin.connections.length, 1)
})

t.test('what the system refuses at once cannot have run: it is sent once more, whatever the method', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send, get } = startUpstream(t)
  await get(hopTo(origin.address))
  // The reset is here, and nobody has been told yet: the system has a moment to bring it, this thread none to read it.
  origin.connections[0]?.socket.resetAndDestroy()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  t.equal((await send(hopTo(origin.address), { method: 'POST' })).status, 200)
  t.equal(origin.connections.length, 2)
})

t.test('a body that was opened is not sent a second time by the wire, whatever the method', async (t) => {
  const origin = await startFickleOrigin(t, ({ socket }) => socket.end())
  const { send, get } = startUpstream(t)
  await get(hopTo(origin.address))
  await t.rejects(send(hopTo(origin.address), { method: 'PUT', body: bytesBody(Buffer.from('abc')) }), { code: 'UPSTREAM_RESET' })
  t.equal(origin.connections.length, 1)
})

t.test('an answer that had begun is not asked for again', async (t) => {
  for (const beginning of ['H', 'HTTP/1.1 103 Early Hints\r\n\r\n']) {
    const origin = await startFickleOrigin(t, ({ socket }) => socket.end(beginning))
    const { send, get } = startUpstream(t)
    await get(hopTo(origin.address))
    await t.rejects(send(hopTo(origin.address)), { code: 'UPSTREAM_RESET' }, beginning)
    t.equal(origin.connections.length, 1)
  }
})

t.test('a fresh connection has no excuse: an origin that closes or resets it is asked once and no more', async (t) => {
  for (const act of ['end', 'resetAndDestroy'] as const) {
    const origin = await startRawOrigin(t, ({ socket }) => socket[act]())
    await t.rejects(startUpstream(t).send(hopTo(origin.address)), { code: 'UPSTREAM_RESET' })
    t.equal(origin.connections.length, 1)
  }
})

t.test('the second try has its own time to connect, and is the last', async (t) => {
  const origin = await startRawOrigin(t, (connection) => {
    if (connection.number === 1 && requestsOn(connection) === 1) connection.socket.write(OK)
    else connection.socket.end()
  })
  const { send, get } = startUpstream(t)
  await get(hopTo(origin.address))
  await t.rejects(send(hopTo(origin.address)), { code: 'UPSTREAM_RESET' })
  t.equal(origin.connections.length, 2)
})

t.test('an exchange that is tried again is ahead of those who wait', async (t) => {
  const origin = await startFickleOrigin(t, ({ socket }) => socket.end())
  const { get } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 10 })
  await get(hop)
  await Promise.all(['/first', '/second', '/third'].map((target) => get(hop, target)))
  t.equal(origin.connections.length, 2)
  t.same(
    [...origin.connections[1]!.received.matchAll(/^GET (\S+)/gm)].map(([, target]) => target),
    ['/first', '/second', '/third'],
  )
})

t.test('an origin that takes the request and says nothing is UPSTREAM_TIMEOUT after the first-byte time', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { send, clock, metrics } = startUpstream(t)
  const sent = send(hopTo(origin.address))
  await until(() => origin.connections[0]?.received, { what: 'the request' })
  clock.advance(4_999)
  t.equal(metrics.value('weir_upstream_connections'), 1, 'still waiting')
  clock.advance(1)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT', detail: { afterMs: 5_000 } })
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})

t.test('half a head is no answer: the first-byte time goes on', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200'))
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address))
  await until(() => origin.connections[0]?.socket.bytesWritten, { what: 'the half head' })
  clock.advance(5_000)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT' })
})

t.test('the total time strikes whatever step the request is in, and the step names the fault', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address, { untilHeadMs: 300 }))
  await until(() => origin.connections[0]?.received, { what: 'the request' })
  // It is waited for a handshake that never comes.
  const connecting = send(hopTo(origin.address, { scheme: 'https', untilHeadMs: 300 }))
  await until(() => origin.connections[1]?.received, { what: 'the hello' })
  clock.advance(300)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT', detail: { afterMs: 300 } })
  await t.rejects(connecting, { code: 'UPSTREAM_CONNECT_TIMEOUT', detail: { afterMs: 300 } })
})

t.test('an origin silent within its answer is cut after the idle time, counted from its last chunk', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  let heard = ''
  const reading = new Promise((resolve) => {
    answer.body.open({
      write(chunk) {
        heard += Buffer.from(chunk).toString()
        return true
      },
      end: () => resolve('end'),
      fail: resolve,
    })
  })
  clock.advance(6_900)
  origin.connections[0]?.socket.write('cd')
  await until(() => heard === 'abcd', { what: 'the second chunk' })
  clock.advance(6_900)
  origin.connections[0]?.socket.write('ef')
  await until(() => heard === 'abcdef', { what: 'the third chunk: the second counted' })
  clock.advance(7_000)
  t.match(await reading, { code: 'UPSTREAM_CUT', detail: { silentMs: 7_000 } })
})

t.test('while the reader has enough, the silence of the origin is not counted', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  const heard: string[] = []
  const flow = answer.body.open({
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      return false
    },
    end: () => heard.push('end'),
    fail: () => heard.push('fail'),
  })
  t.same(heard, ['ab'])
  clock.advance(60_000)
  t.same(heard, ['ab'])
  flow.resume()
  origin.connections[0]?.socket.write('cd')
  await until(() => heard.includes('end'), { what: 'the end' })
  t.same(heard, ['ab', 'cd', 'end'])
})

t.test('a reader that has enough holds the origin back', async (t) => {
  const block = Buffer.alloc(64 * 1024, 'x')
  const origin = await startRawOrigin(t, ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2_000 * block.length}\r\n\r\n`)
    const fill = () => {
      while (socket.bytesWritten < 2_000 * block.length && socket.write(block));
    }
    socket.on('drain', fill)
    fill()
  })
  const answer = await startUpstream(t).send(hopTo(origin.address))
  let bytes = 0
  const flow = answer.body.open({
    write(chunk) {
      bytes += chunk.byteLength
      return false
    },
    end() {},
    fail() {},
  })
  await until(() => origin.connections[0]?.socket.writableNeedDrain, { what: 'the origin to be held back' })
  t.ok(bytes <= 2 * block.length, `${bytes} bytes came to a reader with enough`)
  flow.cancel()
})

t.test('a body that nobody opens is given up after the idle time, and its connection freed', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nab'))
  const { send, clock, metrics } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  clock.advance(7_000)
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  t.match(await readBody(answer), { text: 'ab', fault: { code: 'UPSTREAM_CUT' } })
  t.equal(metrics.value('weir_upstream_connections'), 0)
})

t.test('a whole answer frees its connection before anybody reads it', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 0 })
  const answers = [await send(hop), await send(hop), await send(hop)]
  for (const answer of answers) t.same(await readBody(answer), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 1)
})

t.test('a client that goes away ends the request: before the head, and within the body', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.startsWith('GET /body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab')
  })
  const { send, metrics } = startUpstream(t)
  for (const target of ['/head', '/body']) {
    const wanted = new Abort()
    const sent = send(hopTo(origin.address), { target }, wanted)
    if (target === '/head') {
      await until(() => origin.connections[0]?.received, { what: 'the request' })
      wanted.abort()
      await t.rejects(sent, { code: 'CLIENT_GONE' })
    } else {
      const reading = readBody(await sent)
      wanted.abort()
      t.match(await reading, { fault: { code: 'CLIENT_GONE' } })
    }
    const used = origin.connections.find(({ received }) => received.includes(target))
    await until(() => used?.socket.destroyed, { what: `the connection of ${target} to end` })
    t.equal(metrics.value('weir_upstream_connections'), 0)
  }
})

t.test('a reader that cancels ends the request; behind a whole answer it changes nothing', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, number }) =>
    socket.write(number === 1 ? 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab' : OK),
  )
  const { send, get } = startUpstream(t)
  const cut = (await send(hopTo(origin.address))).body.open({
    write: () => true,
    end: () => t.fail('no end'),
    fail: () => t.fail('no fault'),
  })
  cut.cancel()
  cut.cancel()
  cut.resume()
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  const whole = (await send(hopTo(origin.address))).body.open({ write: () => true, end() {}, fail: () => t.fail('no fault') })
  whole.cancel()
  await get(hopTo(origin.address))
  t.equal(origin.connections.length, 2)
})
