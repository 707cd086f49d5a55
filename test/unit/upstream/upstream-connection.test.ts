// What goes over one connection, byte by byte, against an origin that writes what it likes.

import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { type HandBody, hopTo, OK, readBody, startUpstream } from './send-one.ts'

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
  t.equal(origin.connections[0]?.received, 'GET /a?b=%20 HTTP/1.1\r\nHost: shop.example\r\n\r\n')
})

t.test('an answer that comes byte by byte is the same answer, and its connection as good as any', async (t) => {
  const bytes =
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\npag\r\n1\r\ne\r\n0\r\nX-T: 1\r\n\r\n'
  const origin = await startRawOrigin(t, async ({ socket }) => {
    for (const byte of bytes) {
      socket.write(byte)
      await new Promise(setImmediate)
    }
  })
  const { get } = startUpstream(t)
  for (let i = 0; i < 3; i += 1) t.same(await get(hopTo(origin.address)), { text: 'page', fault: null })
  t.equal(origin.connections.length, 1)
})

t.test('a large body in either framing comes whole and in order', async (t) => {
  const block = Buffer.from(Array.from({ length: 5_000 }, (_, i) => String(i % 10)).join(''))
  const parts = Array.from({ length: 300 }, () => block)
  for (const framing of ['length', 'chunked'] as const) {
    const origin = await startRawOrigin(t, ({ socket }) => {
      if (framing === 'length') socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${300 * 5_000}\r\n\r\n`)
      else socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (const part of parts) {
        if (framing === 'chunked') socket.write(`${part.length.toString(16)}\r\n`)
        socket.write(part)
        if (framing === 'chunked') socket.write('\r\n')
      }
      if (framing === 'chunked') socket.write('0\r\n\r\n')
    })
    const { text, fault } = await startUpstream(t).get(hopTo(origin.address))
    t.equal(fault, null)
    t.equal(text === Buffer.concat(parts).toString(), true, framing)
  }
})

t.test('answers without a body end at once and leave the connection usable: HEAD, 204, 304', async (t) => {
  for (const [method, head] of [
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 500'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked'],
    ['GET', 'HTTP/1.1 204 No Content'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 500'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0'],
  ] as const) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${head}\r\n\r\n`))
    const { send } = startUpstream(t)
    for (let i = 0; i < 3; i += 1) t.same(await readBody(await send(hopTo(origin.address), { method })), { text: '', fault: null }, head)
    t.equal(origin.connections.length, 1, `${method} ${head}`)
  }
})

t.test('a request whose method has content says so when it has none', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const { send } = startUpstream(t)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) await readBody(await send(hopTo(origin.address), { method }))
  const heads = origin.connections[0]!.received.split('\r\n\r\n').slice(0, 5)
  t.same(
    heads.map((head) => /content-length: 0/i.test(head)),
    [true, true, true, false, false],
  )
})

t.test('a head that cannot be written is refused before anything is sent', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const fields = Fields.of({ Host: 'shop.example', 'X-A': 'a\r\nX-B: b' })
  await t.rejects(startUpstream(t).send(hopTo(origin.address), { fields }), { code: 'INTERNAL' })
  t.equal(origin.connections.length, 0)
})

t.test('early hints go to who asked for them, other interim answers are passed over', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n${OK}`,
    ),
  )
  const { send } = startUpstream(t)
  const heard: unknown[] = []
  const onInterim = (status: number, fields: Fields) => heard.push([status, fields.get('link')])
  const answer = await send(hopTo(origin.address), { onInterim })
  t.same(heard, [
    [103, '</a>'],
    [103, '</b>'],
  ])
  t.equal(answer.status, 200)
  t.equal(answer.fields.has('link'), false)
  t.same(await readBody(answer), { text: 'ok', fault: null })
  await readBody(await send(hopTo(origin.address)))
  t.equal(origin.connections.length, 1, 'who does not ask hears nothing, and all is well')
})

t.test('interim answers without end, and a switch that nobody asked for, are UPSTREAM_INVALID', async (t) => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  for (const [bytes, rule] of [
    [hints.repeat(17) + OK, 'too-many-interim'],
    [upgrade, 'unasked-upgrade'],
  ] as const) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(bytes))
    await t.rejects(startUpstream(t).send(hopTo(origin.address), { method: 'POST' }), { code: 'UPSTREAM_INVALID', detail: { rule } })
    await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  }
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(hints.repeat(16) + OK))
  t.same(await startUpstream(t).get(hopTo(origin.address)), { text: 'ok', fault: null }, 'sixteen are let pass')
})

t.test('what is no HTTP, or framed in two ways, or too large, is UPSTREAM_INVALID with the rule it broke', async (t) => {
  for (const bytes of [
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(33_000)}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${'X: a\r\n'.repeat(501)}\r\n`,
    `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(1_000)}\r\n`.repeat(70)}\r\n`,
  ]) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(bytes))
    const sent = startUpstream(t).send(hopTo(origin.address))
    await t.rejects(sent, { code: 'UPSTREAM_INVALID', detail: { rule: /./, section: /RFC/ } }, JSON.stringify(bytes.slice(0, 60)))
  }
})

const CUTS = {
  'a length not reached': ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'end'],
  'chunks without the last one': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'end'],
  'a last chunk without its end': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n', 'end'],
  'a chunk size that is none': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n', 'stay'],
  'a reset behind a body without a length': ['HTTP/1.1 200 OK\r\n\r\nhalf', 'reset'],
  'a reset within a length': ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'reset'],
} as const

for (const [what, [bytes, then]] of Object.entries(CUTS)) {
  t.test(`a body broken off is a fault, never a shorter body: ${what}`, async (t) => {
    const origin = await startRawOrigin(t, ({ socket }) => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end()
      })
    })
    const answer = await startUpstream(t).send(hopTo(origin.address))
    const reading = readBody(answer)
    if (then === 'reset') setImmediate(() => origin.connections[0]?.socket.resetAndDestroy())
    const { text, fault } = await reading
    t.equal(text, 'half')
    t.equal(fault?.code, 'UPSTREAM_CUT')
    await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  })
}

t.test('a body that ends with its connection is whole, and the connection is over', async (t) => {
  for (const head of ['HTTP/1.0 200 OK', 'HTTP/1.1 200 OK']) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.end(`${head}\r\n\r\npage`))
    const { get } = startUpstream(t)
    t.same(await get(hopTo(origin.address)), { text: 'page', fault: null })
    t.same(await get(hopTo(origin.address)), { text: 'page', fault: null })
    t.equal(origin.connections.length, 2)
  }
})

t.test('bytes behind an answer are nobody’s answer: in the same piece, or in the next', async (t) => {
  const poison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'
  for (const head of ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'HTTP/1.1 204 No Content\r\n\r\n']) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(head + poison))
    const { get } = startUpstream(t)
    for (let i = 1; i <= 3; i += 1) {
      t.notMatch(await get(hopTo(origin.address)), { text: /poison/ })
      t.equal(origin.connections.length, i, 'the poisoned connection is not used again')
    }
  }
  const late = await startRawOrigin(t, ({ socket, number }) => {
    socket.write(OK)
    if (number === 1) setImmediate(() => socket.write(poison))
  })
  const { get } = startUpstream(t)
  t.same(await get(hopTo(late.address)), { text: 'ok', fault: null })
  await until(() => late.connections[0]?.socket.destroyed, { what: 'the poisoned connection to end' })
  t.same(await get(hopTo(late.address)), { text: 'ok', fault: null })
  t.equal(late.connections.length, 2)
})

t.test('bytes behind an answer are not the answer of who waits for the connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, number }, chunk) => {
    if (chunk.includes('/held')) setImmediate(() => socket.write(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`))
    else if (number > 1) socket.write(OK)
  })
  const { get } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1 })
  const held = get(hop, '/held')
  const waiting = get(hop, '/waiting')
  t.same(await held, { text: 'ok', fault: null })
  t.same(await waiting, { text: 'ok', fault: null })
  t.equal(origin.connections.length, 2)
})

t.test('an answer that says close, or is of HTTP/1.0, is the last of its connection', async (t) => {
  for (const head of ['HTTP/1.1 200 OK\r\nConnection: close', 'HTTP/1.0 200 OK']) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${head}\r\nContent-Length: 2\r\n\r\nok`))
    const { get } = startUpstream(t)
    await get(hopTo(origin.address))
    await get(hopTo(origin.address))
    t.equal(origin.connections.length, 2, head)
    await until(() => origin.connections[1]?.socket.destroyed, { what: 'the connection to end' })
  }
})

t.test('a request with its body at hand leaves in one piece', async (t) => {
  const pieces: string[] = []
  const origin = await startRawOrigin(t, ({ socket, received }, chunk) => {
    pieces.push(chunk)
    if (received.endsWith('body')) socket.write(OK)
  })
  const body = {
    lengthBytes: 4,
    open(sink: NonNullable<HandBody['sink']>) {
      sink.write(Buffer.from('bo'))
      sink.write(Buffer.from('dy'))
      sink.end()
      return { pause() {}, resume() {}, cancel() {} }
    },
  }
  t.same(await readBody(await startUpstream(t).send(hopTo(origin.address), { method: 'POST', body })), { text: 'ok', fault: null })
  t.equal(pieces.length, 1)
  t.match(pieces[0], /Content-Length: 4\r\n\r\nbody$/)
})
