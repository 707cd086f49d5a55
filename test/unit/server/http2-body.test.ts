import t from 'tap'
import { type BodyFlow, bytesBody } from '../../../edge/http/body.ts'
import {
  CANCEL,
  DATA,
  END_STREAM,
  type Field,
  FrameClient,
  frame,
  get,
  head,
  NO_ERROR,
  number32,
  PROTOCOL_ERROR,
  post,
  RST_STREAM,
  WINDOW_UPDATE,
} from '../../support/http2-frames.ts'
import { startHttp2 } from '../../support/http2-server.ts'
import { ask, ended, visitor } from '../../support/http2-visit.ts'
import { answerOf, answerOk, type HostedRequest, readRequestBody } from '../../support/scripted-host.ts'
import { until } from '../../support/until.ts'

const data = (stream: number, text: string, flags = 0) => frame(DATA, flags, stream, Buffer.from(text, 'latin1'))
const echo = async ({ incoming, reply }: HostedRequest) => {
  const { text, fault } = await readRequestBody(incoming.body)
  return reply.send(answerOf(bytesBody(Buffer.from(fault ?? text, 'latin1'))))
}
const bodyOf = (request: HostedRequest | undefined) => readRequestBody(request?.incoming.body ?? null)

t.test('a body arrives whole, of known length or not', async (t) => {
  const { port, host } = await startHttp2(t, echo)
  const session = visitor(t, port)
  const long = 'x'.repeat(500_000)
  t.equal((await ended(ask(session, { ':method': 'POST' }, 'hello'))).text, 'hello')
  t.equal((await ended(ask(session, { ':method': 'POST', 'content-length': '5' }, 'hello'))).text, 'hello')
  t.equal((await ended(ask(session, { ':method': 'PUT' }, long))).text, long)
  t.same(
    host.requests.map(({ incoming }) => incoming.body?.lengthBytes),
    [null, 5, null],
  )
})

t.test('a request that ends with its head has no body, nor has one of no length', async (t) => {
  const { port, host } = await startHttp2(t)
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/')), head(3, post('/', ['content-length', '0']), 0), frame(DATA, END_STREAM, 3))
  t.equal(await client.outcome(1), '200')
  t.equal(await client.outcome(3), '200')
  t.same(
    host.requests.map(({ incoming }) => incoming.body),
    [null, null],
  )
})

t.test('what comes with a HEAD is thrown away', async (t) => {
  const { port, host } = await startHttp2(t)
  const client = await FrameClient.connect(t, port)
  client.send(head(1, [[':method', 'HEAD'], ...get('/').slice(1)], 0), data(1, 'x'.repeat(10_000)))
  t.equal(await client.outcome(1), '200')
  t.equal(host.requests[0]?.incoming.body, null)
})

t.test('trailers are thrown away, and end the body', async (t) => {
  const { port } = await startHttp2(t, echo)
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/'), 0), data(1, 'hello'), head(1, [['x-sum', '1']]))
  t.equal(await client.body(1), 'hello')
})

t.test('a body that is reset fails and never ends, whatever the code', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  for (const code of [NO_ERROR, CANCEL]) {
    const client = await FrameClient.connect(t, port)
    client.send(head(1, post('/'), 0), data(1, 'hel'))
    const seen = host.requests.length
    await until(() => host.requests.length > seen, { what: 'the request' })
    const reading = bodyOf(host.requests.at(-1))
    client.send(number32(RST_STREAM, 1, code))
    t.same(await reading, { text: 'hel', fault: 'CLIENT_GONE' }, `code ${code}`)
    t.ok(host.requests.at(-1)?.wanted.aborted)
  }
})

t.test('so does one whose connection breaks, and one that nobody had opened yet', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/'), 0), data(1, 'hel'), head(3, post('/'), 0), data(3, 'lo'))
  await until(() => host.requests.length === 2, { what: 'the requests' })
  const reading = bodyOf(host.requests[0])
  client.socket.destroy()
  t.same(await reading, { text: 'hel', fault: 'CLIENT_GONE' })
  await until(() => host.requests[1]?.wanted.aborted === true, { what: 'the other to be given up' })
  t.match(await bodyOf(host.requests[1]), { fault: 'CLIENT_GONE' })
})

t.test('one that is shorter than it said fails, and its stream alone ends', async (t) => {
  const { port, host } = await startHttp2(t, ({ incoming, reply }) =>
    incoming.method === 'GET' ? answerOk({ incoming, reply } as HostedRequest) : null,
  )
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/', ['content-length', '30']), 0), data(1, 'hello'))
  await until(() => host.requests.length === 1, { what: 'the request' })
  const reading = bodyOf(host.requests[0])
  client.send(frame(DATA, END_STREAM, 1))
  t.same(await reading, { text: 'hello', fault: 'CLIENT_GONE' })
  t.equal(await client.outcome(1), `reset ${PROTOCOL_ERROR}`)
  client.send(head(3, get('/')))
  t.equal(await client.outcome(3), '200')
})

t.test('one that is longer than it said fails before a byte too many is handed on', async (t) => {
  for (const last of [0, END_STREAM]) {
    const { port, host } = await startHttp2(t, () => {})
    const client = await FrameClient.connect(t, port)
    client.send(head(1, post('/', ['content-length', '5']), 0), data(1, 'hel'))
    await until(() => host.requests.length === 1, { what: 'the request' })
    const reading = bodyOf(host.requests[0])
    client.send(data(1, 'lo, and GET / HTTP/1.1', last))
    t.same(await reading, { text: 'hel', fault: 'CLIENT_GONE' })
    await client.closed()
  }
})

t.test('a body waits for its reader, and the client with it', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const session = visitor(t, port)
  const visit = ask(session, { ':method': 'POST' }, null)
  await until(() => host.requests.length === 1, { what: 'the request' })
  let bytes = 0
  let ended = false
  const flow = host.requests[0]?.incoming.body?.open({
    write(chunk) {
      bytes += chunk.byteLength
      return false
    },
    end: () => {
      ended = true
    },
    fail: (fault) => t.fail(String(fault)),
  }) as BodyFlow
  visit.stream.end(Buffer.alloc(1_000_000))
  await until(() => bytes > 0, { what: 'the first bytes' })
  const first = bytes
  t.ok(first <= 65_536)
  await until(
    () => {
      flow.resume()
      return ended
    },
    { what: 'the end', everyMs: 1 },
  )
  t.equal(bytes, 1_000_000)
})

t.test('one that nobody reads any more is not waited for', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/'), 0), data(1, 'hello'))
  await until(() => host.requests.length === 1, { what: 'the request' })
  const { incoming, reply } = host.requests[0] as HostedRequest
  const flow = incoming.body?.open({ write: () => true, end: () => t.fail('ended'), fail: () => t.fail('failed') })
  flow?.cancel()
  flow?.resume()
  await reply.send(answerOf(bytesBody(Buffer.alloc(300_000, 'x')), {}, 413))
  t.equal(await client.outcome(1), '413')
  await until(() => client.bytes(1).length === 65_535, { what: 'the window to be full' })
  host.sweep()
  t.equal(client.resetCode(1), null, 'the answer goes first')
  client.send(number32(WINDOW_UPDATE, 1, 300_000), number32(WINDOW_UPDATE, 0, 300_000))
  await until(() => client.bytes(1).length === 300_000, { what: 'all of it' })
  await until(
    () => {
      host.sweep()
      return client.resetCode(1) === NO_ERROR
    },
    { what: 'the reset behind the answer' },
  )
})

t.test('a whole answer ends the request, read or not, and nothing is left of its stream', async (t) => {
  const early = async (body: 'unopened' | 'open', more: Field[]) => {
    const { port, host } = await startHttp2(t, () => {})
    const client = await FrameClient.connect(t, port)
    client.send(head(1, post('/', ...more), 0), data(1, 'hello'))
    await until(() => host.requests.length === 1, { what: 'the request' })
    const reading = body === 'open' ? bodyOf(host.requests[0]) : null
    answerOk(host.requests[0] as HostedRequest)
    t.equal(await client.outcome(1), '200')
    host.sweep()
    await until(() => client.resetCode(1) === NO_ERROR, { what: 'the rest to be refused' })
    if (reading !== null) t.match(await reading, { fault: 'CLIENT_GONE' })
    host.sweep(61_000)
    await client.closed()
    t.equal(host.metrics.value('weir_http2_ended_total', ['idle']), 1, 'the connection is idle')
  }
  await early('unopened', [])
  await early('open', [['content-length', '100']])
})

t.test('a client that falls silent in its body is told so', async (t) => {
  const { port, host } = await startHttp2(t, async ({ incoming, reply }) => {
    const { fault } = await readRequestBody(incoming.body)
    return reply.send(answerOf(null, {}, fault === 'REQUEST_TIMEOUT' ? 408 : 500))
  })
  const client = await FrameClient.connect(t, port)
  client.send(head(1, post('/'), 0), data(1, 'hello'))
  await until(() => host.requests.length === 1, { what: 'the request' })
  host.sweep()
  host.sweep(29_000)
  client.send(data(1, 'hello'.repeat(2_000)))
  await new Promise((resolve) => setImmediate(resolve))
  host.sweep(31_000)
  host.sweep(65_000)
  t.equal(await client.outcome(1), '408')
  host.sweep(65_000)
  await until(() => client.resetCode(1) === NO_ERROR, { what: 'the rest to be refused' })
})

t.test('who waits for 100 (Continue) gets it when the body is wanted, and not before', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  const expecting = post('/', ['expect', '100-continue'])
  client.send(head(1, expecting, 0), head(3, expecting, 0))
  await until(() => host.requests.length === 2, { what: 'the requests' })
  answerOk(host.requests[0] as HostedRequest)
  t.equal(await client.outcome(1), '200')
  const interims = (stream: number) => client.frames.filter((one) => one.stream === stream && one.type === 1).length
  t.equal(interims(1), 1, 'an answer without it')
  t.equal(interims(3), 0)
  const echoing = echo(host.requests[1] as HostedRequest)
  await until(() => interims(3) === 1, { what: '100' })
  client.send(data(3, 'hello', END_STREAM))
  await echoing
  t.equal(await client.body(3), 'hello')
})
