// The request body of an exchange: its framing, its pace, and whose delay a slow one is.

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { HandBody, hopTo, readBody, startUpstream } from './send-one.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

t.test('a request body goes out with its length, or in chunks, as it comes', async (t) => {
  for (const lengthBytes of [6, null]) {
    const origin = await startRawOrigin(t, ({ socket, received }) => {
      if (/(cdef|\r\n0\r\n\r\n)$/.test(received)) socket.write(OK)
    })
    const body = new HandBody(lengthBytes)
    const sent = startUpstream(t).send(hopTo(origin.address), { method: 'POST', body })
    await until(() => body.sink, { what: 'the body to be opened' })
    body.sink?.write(Buffer.from('ab'))
    await until(() => origin.connections[0]?.received.includes('ab'), { what: 'the first piece at the origin' })
    body.sink?.write(Buffer.from('cdef'))
    body.sink?.end()
    t.same(await readBody(await sent), { text: 'ok', fault: null })
    t.match(
      origin.connections[0]?.received,
      lengthBytes === 6 ? /content-length: 6\r\n\r\nabcdef$/ : /chunked\r\n\r\n2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n$/,
    )
  }
})

t.test('a slow upload is the client’s delay: neither the first-byte time nor the total time runs', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, received }) => {
    if (received.endsWith('cd')) socket.write(OK)
  })
  const body = new HandBody(4)
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address), { method: 'POST', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  clock.advance(60_000)
  body.sink?.write(Buffer.from('ab'))
  await until(() => origin.connections[0]?.received.endsWith('ab'), { what: 'the first piece' })
  clock.advance(60_000)
  body.sink?.write(Buffer.from('cd'))
  body.sink?.end()
  t.same(await readBody(await sent), { text: 'ok', fault: null })
})

t.test('once the upload is whole the origin has its first-byte time', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const body = new HandBody(2)
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address), { method: 'POST', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  body.sink?.write(Buffer.from('ab'))
  body.sink?.end()
  await until(() => origin.connections[0]?.received.endsWith('ab'), { what: 'the upload' })
  clock.advance(5_000)
  await t.rejects(sent, { code: 'UPSTREAM_TIMEOUT' })
})

t.test('an origin that does not read holds the upload back', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.pause())
  const body = new HandBody(100_000_000)
  const { send } = startUpstream(t)
  const wanted = new Abort()
  const sent = send(hopTo(origin.address), { method: 'POST', body }, wanted)
  await until(() => body.sink, { what: 'the body to be opened' })
  const piece = Buffer.alloc(64 * 1024)
  let pieces = 0
  // A client that obeys: it sends as long as it is not asked to wait, and again when it is asked on.
  const sendAll = () => {
    const before = pieces
    while (pieces < 1_500 && body.sink?.write(piece) === true) pieces += 1
    return pieces === before
  }
  let asked = 0
  await until(
    () => {
      const wasAsked = body.asked.length > asked
      asked = body.asked.length
      return (pieces > 0 && !wasAsked) || (sendAll() && false)
    },
    { what: 'the upload to be held back' },
  )
  t.ok(pieces < 500, `${pieces} pieces of 64 KiB went out`)
  wanted.abort()
  await t.rejects(sent, { code: 'CLIENT_GONE' })
  await until(() => body.asked.includes('cancel'), { what: 'the body to be cancelled' })
})

t.test('an early answer is taken, and the rest of the upload is let go', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, received }) => {
    if (received.includes('ab')) socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig')
  })
  const body = new HandBody(1_000_000)
  const { send } = startUpstream(t)
  const sent = send(hopTo(origin.address), { method: 'POST', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  body.sink?.write(Buffer.from('ab'))
  const answer = await sent
  t.equal(answer.status, 413)
  t.same(await readBody(answer), { text: 'big', fault: null })
  await until(() => body.asked.includes('cancel'), { what: 'the body to be cancelled' })
})

t.test('a request body that fails fails the request with its own fault', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const body = new HandBody(null)
  const sent = startUpstream(t).send(hopTo(origin.address), { method: 'POST', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  const fault = new Error('client gone')
  body.sink?.fail(fault)
  await t.rejects(sent, { code: 'UPSTREAM_RESET', cause: fault })
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})
