// How a listener drains: nothing new, nothing lost, an end.

import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { rawExchange } from '../../support/http-client.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, startListener, type Taken } from './start-listener.ts'

const text = (value: string) => bytesBody(Buffer.from(value))
const echo = ({ incoming, reply }: Taken) => void reply.send(answerOf(text(`<${incoming.target}>`)))

t.test('a drain lets what is under way finish, says that it is the last, and closes idle connections', async (t) => {
  const { port, listener, taken } = await startListener(t, ({ incoming, reply }) => {
    if (incoming.target === '/idle') void reply.send(answerOf(text('idle')))
  })
  const idle = await rawClient(t, port)
  idle.send('GET /idle HTTP/1.1\r\nHost: a\r\n\r\n')
  await idle.waitFor(/idle$/)
  const busy = await rawClient(t, port)
  busy.send('GET /busy HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 2, { what: 'the busy request' })
  let drained = false
  const draining = listener.drain(60_000).then(() => {
    drained = true
  })
  await idle.closed()
  t.equal(idle.end, 'fin')
  await t.rejects(rawExchange(port, ''), { code: 'ECONNREFUSED' })
  t.equal(drained, false)
  taken[1]?.reply.send(answerOf(text('done')))
  t.match(await busy.closed(), /\r\nConnection: close\r\n[\s\S]*done$/)
  await draining
})

t.test('a request that an idle client has sent as the drain began is answered, and told that it was the last', async (t) => {
  const { port, listener } = await startListener(t, echo)
  const client = await rawClient(t, port)
  client.send('GET /first HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.waitFor(/<\/first>/)
  const draining = listener.drain(60_000)
  client.send('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.closed(), /\r\nConnection: close\r\n[\s\S]*<\/second>$/)
  await draining
})

t.test('an answer that had begun before the drain ends whole, and its connection with it', async (t) => {
  let finish: () => void = () => {}
  const { port, listener } = await startListener(t, ({ reply }) => {
    void reply.send(
      answerOf({
        lengthBytes: null,
        open(sink) {
          sink.write(Buffer.from('first '))
          finish = () => {
            sink.write(Buffer.from('last'))
            sink.end()
          }
          return { pause() {}, resume() {}, cancel() {} }
        },
      }),
    )
  })
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.waitFor(/first/)
  const draining = listener.drain(60_000)
  finish()
  await draining
  t.match(await client.closed(), /last\r\n0\r\n\r\n$/)
})

t.test('an answer written but not yet taken by a slow client survives the drain', async (t) => {
  const bytes = 20_000_000
  const { port, listener, taken } = await startListener(t, ({ reply }) => void reply.send(answerOf(bytesBody(Buffer.alloc(bytes, 'x')))))
  const client = await rawClient(t, port)
  client.socket.pause()
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  const draining = listener.drain(60_000)
  client.socket.resume()
  await draining
  const whole = await client.closed()
  t.equal(whole.length - whole.indexOf('\r\n\r\n') - 4, bytes)
})

t.test('at its deadline a drain cuts what is left', async (t) => {
  const { port, listener, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => taken.length === 1, { what: 'the request' })
  await listener.drain(20)
  await client.closed()
  t.equal(taken[0]?.wanted.aborted, true)
})

t.test('who has just connected may still ask while the drain lasts', async (t) => {
  const { port, listener, metrics } = await startListener(t, echo)
  const client = await rawClient(t, port)
  await until(() => metrics.value('weir_connections') === 1, { what: 'the connection' })
  const draining = listener.drain(60_000)
  client.send('GET /late HTTP/1.1\r\nHost: a\r\n\r\n')
  t.match(await client.closed(), /\r\nConnection: close\r\n[\s\S]*<\/late>$/)
  await draining
})
