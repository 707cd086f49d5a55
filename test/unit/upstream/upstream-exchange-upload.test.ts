// The request body of an exchange: its framing, its pace, and whose delay a slow one is.

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { HandBody, hopTo, OK, readBody, startUpstream } from './send-one.ts'

t.test('a request body goes out with its length, or in chunks, as it comes', async (t) => {
  for (const lengthBytes of [6, null]) {
    const origin = await startRawOrigin(t, ({ socket, received }) => {
      if (/(cdef|\r\n0\r\n\r\n)$/.test(received)) socket.write(OK)
    })
    const body = new HandBody(lengthBytes)
    const { send, get } = startUpstream(t)
    const sent = send(hopTo(origin.address), { method: 'POST', body })
    await until(() => body.sink, { what: 'the body to be opened' })
    body.sink?.write(Buffer.from('ab'))
    await until(() => origin.connections[0]?.received.includes('ab'), { what: 'the first piece at the origin' })
    body.sink?.write(Buffer.from('cdef'))
    body.sink?.end()
    t.same(await readBody(await sent), { text: 'ok', fault: null })
    t.match(
      origin.connections[0]?.received,
      lengthBytes === 6 ? /content-length: 6\r\n\r\nabcdef$/i : /chunked\r\n\r\n2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n$/,
    )
    const next = get(hopTo(origin.address), '/next')
    await until(() => origin.connections[0]?.received.includes('/next'), { what: 'the next request on the same connection' })
    origin.connections[0]?.socket.write(OK)
    await next
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

t.test('an origin that does not read holds the upload back, and its first-byte time runs', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.pause())
  const body = new HandBody(100_000_000)
  const { send, clock } = startUpstream(t)
  const sent = send(hopTo(origin.address), { method: 'POST', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  const piece = Buffer.alloc(64 * 1024)
  let pieces = 0
  const failed = t.rejects(sent, { code: 'UPSTREAM_TIMEOUT' })
  // A client that obeys: it sends until it is asked to wait, and again when it is asked on. The last word is "wait".
  let quietTurns = 0
  let asked = 0
  let takes = true
  await until(
    () => {
      if (body.asked.length > asked) takes = true
      asked = body.asked.length
      quietTurns = takes ? 0 : quietTurns + 1
      while (takes && pieces < 1_500) {
        takes = body.sink?.write(piece) === true
        pieces += 1
      }
      return quietTurns > 20
    },
    { what: 'the upload to be held back' },
  )
  t.ok(pieces < 500, `${pieces} pieces of 64 KiB went out`)
  clock.advance(5_000)
  await failed
  t.equal(body.asked.at(-1), 'cancel')
})

t.test('a slow origin that reads in the end gets all of it, in order', async (t) => {
  let paused = true
  const origin = await startRawOrigin(t, ({ socket, received }) => {
    if (paused) socket.pause()
    if (received.endsWith('end')) socket.write(OK)
  })
  const text = `${Array.from({ length: 400_000 }, (_, i) => `${i}.`).join('')}end`
  const body = new HandBody(text.length)
  const sent = startUpstream(t).send(hopTo(origin.address), { method: 'PUT', body })
  await until(() => body.sink, { what: 'the body to be opened' })
  const pieces = text.match(/.{1,50000}/gs) ?? []
  let asked = 0
  let takes = true
  const pump = () => {
    if (body.asked.length > asked) takes = true
    asked = body.asked.length
    while (takes && pieces.length > 0) takes = body.sink?.write(Buffer.from(pieces.shift()!)) === true
    return pieces.length === 0
  }
  pump()
  paused = false
  origin.connections[0]?.socket.resume()
  await until(() => origin.connections[0]?.socket.resume() && pump(), { what: 'all to be sent', everyMs: 1 })
  body.sink?.end()
  t.same(await readBody(await sent), { text: 'ok', fault: null })
  t.equal(origin.connections[0]?.received.split('\r\n\r\n')[1] === text, true)
})

t.test('an answer that comes too early, and is no success, ends the upload and its connection', async (t) => {
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
  t.same(body.asked, ['cancel'])
  t.equal(body.sink?.write(Buffer.from('cd')), false)
  t.same(await readBody(answer), { text: 'big', fault: null })
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  t.match(origin.connections[0]?.received, /ab$/)
})

t.test('an early success may be made of the upload while it comes: both go on, and the connection is used again', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, received }, chunk) => {
    if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n')
    else socket.write(chunk.toUpperCase())
  })
  const body = new HandBody(4)
  const { send, clock, metrics } = startUpstream(t)
  const sent = send(hopTo(origin.address), { method: 'POST', body })
  const reading = readBody(await sent)
  body.sink?.write(Buffer.from('ab'))
  await until(() => origin.connections[0]?.received.endsWith('ab'), { what: 'the first piece' })
  clock.advance(60_000)
  body.sink?.write(Buffer.from('cd'))
  body.sink?.end()
  t.same(await reading, { text: 'ABCD', fault: null }, 'while the client is waited for, nobody else is')
  t.equal(metrics.value('weir_upstream_connections'), 1)
})

t.test('an early answer that is whole before the upload ends the connection, success or not', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(OK))
  const body = new HandBody(4)
  const answer = await startUpstream(t).send(hopTo(origin.address), { method: 'POST', body })
  t.same(await readBody(answer), { text: 'ok', fault: null })
  t.same(body.asked, ['cancel'])
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})

t.test('a request body that fails fails the request with its own fault, and ends the connection', async (t) => {
  const causes = [new EdgeError('BODY_TOO_LARGE'), new EdgeError('REQUEST_TIMEOUT')]
  for (const cause of causes) {
    const origin = await startRawOrigin(t, () => {})
    const body = new HandBody(null)
    const sent = startUpstream(t).send(hopTo(origin.address), { method: 'POST', body })
    await until(() => body.sink, { what: 'the body to be opened' })
    body.sink?.write(Buffer.from('ab'))
    body.sink?.fail(cause)
    await t.rejects(sent, cause)
    await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
    t.notMatch(origin.connections[0]?.received, /\r\n0\r\n/, 'no end is made up')
  }
})

t.test('a body that fails as it is opened fails the request, and nothing of it is sent', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const fault = new EdgeError('CLIENT_GONE')
  const body = {
    lengthBytes: null,
    open(sink: NonNullable<HandBody['sink']>) {
      sink.fail(fault)
      return { pause() {}, resume() {}, cancel() {} }
    },
  }
  await t.rejects(startUpstream(t).send(hopTo(origin.address), { method: 'POST', body }), fault)
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
  t.equal(origin.connections[0]?.received, '')
})

t.test('a client that goes away within its upload ends the request', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const body = new HandBody(10)
  const wanted = new Abort()
  const sent = startUpstream(t).send(hopTo(origin.address), { method: 'POST', body }, wanted)
  await until(() => body.sink, { what: 'the body to be opened' })
  body.sink?.write(Buffer.from('ab'))
  wanted.abort()
  await t.rejects(sent, { code: 'CLIENT_GONE' })
  t.same(body.asked, ['cancel'])
  await until(() => origin.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})
