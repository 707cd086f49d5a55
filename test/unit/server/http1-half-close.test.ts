// Clients that close their sending side and go on reading: what they have asked is answered, but they are not worked for as others are.

import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readBody } from '../../support/read-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'
import { answerOf, startListener, type Taken } from './start-listener.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const PAGE = bytesBody(Buffer.from('page'))
const page = ({ reply }: Taken) => void reply.send(answerOf(PAGE))
const tick = () => new Promise((resolve) => setImmediate(resolve))
const post = (bytes: number, body: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n${body}`
const target = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

t.test('a client that has said all it has to say still gets its answers', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.socket.end(target('/1') + target('/2'))
  for (const path of ['/1', '/2']) {
    await until(() => taken.at(-1)?.incoming.target === path, { what: path })
    await tick()
    page(taken.at(-1)!)
  }
  const text = await client.closed()
  t.match(text, /^HTTP\/1\.1 200 [\s\S]*pageHTTP\/1\.1 200 [\s\S]*page$/)
  t.match(text.split('HTTP/1.1')[2], /\r\nConnection: close\r\n/)
  t.equal(client.end, 'fin')
})

t.test('so does one whose body is all here, whoever reads it when', async (t) => {
  const { port, taken } = await startListener(t, () => {})
  const client = await rawClient(t, port)
  client.socket.end(post(4, 'body'))
  await until(() => taken.length === 1, { what: 'the request' })
  await tick()
  await tick()
  t.same(await readBody(taken[0]!.incoming.body), { text: 'body', fault: null })
  page(taken[0]!)
  t.match(await client.closed(), /\r\nConnection: close\r\n[\s\S]*\r\n\r\npage$/)
})

t.test('one that ends within its body is gone', async (t) => {
  for (const sent of [post(8, 'half'), 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']) {
    const { port, taken } = await startListener(t, () => {})
    const client = await rawClient(t, port)
    client.socket.end(sent)
    await until(() => taken.length === 1, { what: 'the request' })
    t.match(await readBody(taken[0]!.incoming.body), { text: 'half', fault: { code: 'CLIENT_GONE' } })
    await until(() => taken[0]?.wanted.aborted, { what: 'the abort' })
    t.equal(await client.closed(), '')
  }
})

t.test('who closes its side within an answer gets the rest of it, and then the end', async (t) => {
  const clock = new ManualClock()
  const body = new ScriptedBody()
  const { port } = await startListener(t, ({ reply }) => void reply.send(answerOf(body.write('first'))), { halfCloseMs: 1_000 }, { clock })
  const client = await rawClient(t, port)
  client.send(GET)
  await client.waitFor(/first/)
  client.socket.end()
  // As long as something comes, it may take as long as it likes.
  for (let piece = 0; piece < 10; piece += 1) {
    await tick()
    await clock.advanceAsync(750, 250)
    body.write(`-${piece}-`)
    await client.waitFor(new RegExp(`-${piece}-`))
  }
  body.end()
  t.match(await client.closed(), /-9-\r\n0\r\n\r\n$/)
  t.equal(client.end, 'fin')
})

t.test('who has closed its side is worked for a moment longer, not until the origin is done', async (t) => {
  for (const [halfCloseMs, sent] of [
    [1_000, GET],
    [1_000, GET + GET],
    [0, GET],
  ] as const) {
    const clock = new ManualClock()
    const { port, taken } = await startListener(t, () => {}, { halfCloseMs }, { clock })
    const client = await rawClient(t, port)
    client.socket.end(sent)
    await until(() => taken.length === 1, { what: 'the request' })
    await until(() => client.socket.writableFinished, { what: 'the end to be sent' })
    await tick()
    if (halfCloseMs > 0) {
      await clock.advanceAsync(1_000, 250)
      t.equal(taken[0]?.wanted.aborted, false)
      await clock.advanceAsync(500, 250)
    }
    await until(() => taken[0]?.wanted.aborted, { what: 'the abort' })
    await client.closed()
  }
})
