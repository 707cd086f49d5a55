// One exchange against a raw origin: framing, deadlines and who is waited for. Deadlines pass by the hand of the test.

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import type { BodySink } from '../../../edge/http/body.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { hopTo, readBody, startUpstream } from './send-one.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

t.test('the head, the fields and the body of an answer come as they were sent', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write('HTTP/1.1 404 Gone Fishing\r\nX-A: 1\r\nx-a: \xe9\r\nContent-Length: 4\r\n\r\npage', 'latin1'),
  )
  const { send } = startUpstream(t)
  const answer = await send(hopTo(origin.address), { target: '/a?b=%20' })
  t.equal(answer.status, 404)
  t.same(answer.fields.getAll('x-a'), ['1', '\xe9'])
  t.equal(answer.body.lengthBytes, 4)
  t.same(await readBody(answer), { text: 'page', fault: null })
  t.match(origin.connections[0]?.received, /^GET \/a\?b=%20 HTTP\/1\.1\r\nhost: shop\.example\r\n/i)
})

t.test('interim answers are passed over', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`),
  )
  const answer = await startUpstream(t).send(hopTo(origin.address))
  t.equal(answer.status, 200)
  t.equal(answer.fields.has('link'), false)
  t.same(await readBody(answer), { text: 'ok', fault: null })
})

t.test('answers without a body end at once: HEAD, 204, 304', async (t) => {
  for (const [method, head] of [
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 500'],
    ['GET', 'HTTP/1.1 204 No Content'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 500'],
  ] as const) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${head}\r\n\r\n`))
    t.same(await readBody(await startUpstream(t).send(hopTo(origin.address), { method })), { text: '', fault: null }, head)
  }
})

const CUTS = {
  'a length not reached': ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'end'],
  'chunks without the last one': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'end'],
  'a chunk size that is none': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n', 'stay'],
  'a reset behind a body without a length': ['HTTP/1.1 200 OK\r\n\r\nhalf', 'reset'],
} as const

for (const [what, [bytes, then]] of Object.entries(CUTS)) {
  t.test(`a body broken off is a fault, never a shorter body: ${what}`, async (t) => {
    const origin = await startRawOrigin(t, ({ socket }) => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end()
      })
    })
    const { send, clock } = startUpstream(t)
    const answer = await send(hopTo(origin.address))
    const reading = readBody(answer)
    if (then === 'reset') setImmediate(() => origin.connections[0]?.socket.resetAndDestroy())
    const { text, fault } = await reading
    t.equal(text, 'half')
    t.equal(fault?.code, 'UPSTREAM_CUT')
    t.equal(clock.pending, 0, 'no timer is left')
  })
}

t.test('a body that ends with its connection is whole', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.end('HTTP/1.0 200 OK\r\n\r\npage'))
  t.same(await readBody(await startUpstream(t).send(hopTo(origin.address))), { text: 'page', fault: null })
})

t.test('bytes behind an answer are nobody’s answer', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`))
  const { send } = startUpstream(t)
  t.same(await readBody(await send(hopTo(origin.address))), { text: 'ok', fault: null })
  t.same(await readBody(await send(hopTo(origin.address))), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 2, 'the poisoned connection is not used again')
})

t.test('what is no HTTP, or framed in two ways, is UPSTREAM_INVALID', async (t) => {
  for (const bytes of [
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(bytes))
    await t.rejects(startUpstream(t).send(hopTo(origin.address)), { code: 'UPSTREAM_INVALID' }, JSON.stringify(bytes.slice(0, 60)))
  }
})

t.test('an upgrade that nobody asked for is a fault', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  )
  await t.rejects(startUpstream(t).send(hopTo(origin.address), { method: 'POST' }), { code: 'UPSTREAM_INVALID' })
})

t.test('an origin that takes the request and says nothing is UPSTREAM_TIMEOUT after the first-byte time', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address))
  await until(() => origin.connections[0]?.received, { what: 'the request' })
  clock.advance(4_999)
  t.equal(clock.pending, 2, 'still waiting')
  clock.advance(1)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT', detail: { afterMs: 5_000 } })
  t.equal(clock.pending, 0)
})

t.test('the total time strikes whatever step the request is in', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address, { untilHeadMs: 300 }))
  clock.advance(300)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT', detail: { afterMs: 300 } })
})

t.test('an origin silent within its answer is cut after the idle time, counted from its last chunk', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  const reading = readBody(answer)
  clock.advance(6_999)
  origin.connections[0]?.socket.write('cd')
  await new Promise((resolve) => setImmediate(resolve))
  await until(() => clock.pending === 1, { what: 'the chunk' })
  clock.advance(7_000)
  t.match(await reading, { fault: { code: 'UPSTREAM_CUT' } })
})

t.test('while the reader has enough, the silence of the origin is not counted', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  const heard: string[] = []
  const sink: BodySink = {
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      return false
    },
    end: () => heard.push('end'),
    fail: () => heard.push('fail'),
  }
  const flow = answer.body.open(sink)
  await until(() => heard.length > 0, { what: 'the first chunk' })
  clock.advance(60_000)
  t.same(heard, ['ab'])
  flow.resume()
  origin.connections[0]?.socket.write('cd')
  await until(() => heard.length > 1, { what: 'the second chunk' })
  flow.resume()
  await until(() => heard.includes('end'), { what: 'the end' })
  t.same(heard, ['ab', 'cd', 'end'])
})

t.test('a body that nobody opens is given up after the idle time, and its connection freed', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  clock.advance(7_000)
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  t.match(await readBody(answer), { text: '', fault: { code: 'UPSTREAM_CUT' } })
  t.equal(clock.pending, 0)
})

t.test('a client that goes away ends the request: before the head, and within the body', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.startsWith('GET /body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab')
  })
  const { send, clock } = startUpstream(t)
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
    t.equal(clock.pending, 0)
  }
})

t.test('a reader that cancels ends the request', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab'))
  const { send, clock } = startUpstream(t)
  const answer = await send(hopTo(origin.address))
  const flow = answer.body.open({ write: () => true, end: () => t.fail('no end'), fail: () => t.fail('no fault') })
  flow.cancel()
  flow.cancel()
  flow.resume()
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  t.equal(clock.pending, 0)
})
