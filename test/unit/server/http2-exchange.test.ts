import t from 'tap'
import { type Body, bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { Sent } from '../../../edge/pipeline/exchange.ts'
import {
  CANCEL,
  END_STREAM,
  FrameClient,
  get,
  head,
  INTERNAL_ERROR,
  number32,
  RST_STREAM,
  WINDOW_UPDATE,
} from '../../support/http2-frames.ts'
import { startHttp2 } from '../../support/http2-server.ts'
import { ask, ended, visitor } from '../../support/http2-visit.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { answerOf, answerOk, type HostedRequest, sendTo } from '../../support/scripted-host.ts'
import { until } from '../../support/until.ts'

const MIB = 1024 * 1024
const text = (value: string) => bytesBody(Buffer.from(value))

/** Text in which no two parts are alike. */
const longText = (bytes: number) =>
  Array.from({ length: Math.ceil(bytes / 8) }, (_, i) => String(i).padStart(8, '0'))
    .join('')
    .slice(0, bytes)

t.test('bodies of all sizes arrive whole, with their length', async (t) => {
  const { port } = await startHttp2(t, ({ incoming, reply }) => reply.send(answerOf(text(longText(Number(incoming.target.slice(1)))))))
  const session = visitor(t, port)
  for (const size of [0, 1, 16_384, 65_536, 65_537, 131_072, 200_000, 3 * MIB]) {
    const visit = await ended(ask(session, { ':path': `/${size}` }))
    t.equal(visit.end, 'whole')
    t.equal(visit.headers?.['content-length'], String(size))
    t.ok(visit.text === longText(size), `${size} bytes`)
  }
})

t.test('a body out of shared memory arrives', async (t) => {
  const shared = new Uint8Array(new SharedArrayBuffer(100_000)).fill(65)
  const { port } = await startHttp2(t, ({ reply }) => reply.send(answerOf(bytesBody(shared))))
  t.equal((await ended(ask(visitor(t, port)))).text, 'A'.repeat(100_000))
})

t.test('a body that streams arrives as it comes, its end last', async (t) => {
  const body = new ScriptedBody()
  const { port, host } = await startHttp2(t, () => {})
  const visit = ask(visitor(t, port))
  await until(() => host.requests.length === 1, { what: 'the request' })
  const sending = sendTo(host.requests[0] as HostedRequest, answerOf(body))
  await until(() => visit.headers !== null, { what: 'the head, which does not wait for the body' })
  t.notOk(visit.headers?.['content-length'])
  body.write('one ')
  await until(() => visit.text === 'one ', { what: 'the first part' })
  body.write('two').end()
  t.same(await sending, { outcome: 'whole', bytes: 7 })
  await ended(visit)
  t.equal(visit.text, 'one two')
  t.equal(visit.end, 'whole')
  t.notOk(host.requests[0]?.wanted.aborted)
})

t.test('answers that have no content have none, whatever they hold', async (t) => {
  const bodies: ScriptedBody[] = []
  const { port } = await startHttp2(t, ({ incoming, reply }) => {
    const body = new ScriptedBody(4).write('four').end()
    bodies.push(body)
    return reply.send(answerOf(body, { 'content-length': '4' }, Number(incoming.target.slice(1))))
  })
  const session = visitor(t, port)
  for (const status of [204, 205, 304]) {
    const visit = await ended(ask(session, { ':path': `/${status}` }))
    t.match(visit, { text: '', end: 'whole', headers: { ':status': status } })
    t.equal(visit.headers?.['content-length'], status === 304 ? '4' : undefined)
  }
  const visit = await ended(ask(session, { ':path': '/200', ':method': 'HEAD' }))
  t.match(visit, { text: '', end: 'whole', headers: { ':status': 200, 'content-length': '4' } })
  t.ok(
    bodies.every(({ over }) => over),
    'no body is left open',
  )
})

t.test('an answer that breaks off ends with a reset, never as if it were whole', async (t) => {
  const broken: Record<string, (body: ScriptedBody) => unknown> = {
    '/fails': (body) => body.write('half').fail(new Error('origin')),
    '/short': (body) => body.write('half').end(),
    '/long': (body) => body.write('half and half').end(),
  }
  const sent: Promise<Sent>[] = []
  const { port, host } = await startHttp2(t, (request) => {
    const body = new ScriptedBody(8)
    sent.push(sendTo(request, answerOf(body)))
    setImmediate(() => broken[request.incoming.target]?.(body))
  })
  const session = visitor(t, port)
  for (const path of Object.keys(broken)) {
    const visit = await ended(ask(session, { ':path': path }))
    t.equal(visit.end, String(INTERNAL_ERROR), path)
  }
  t.match(await Promise.all(sent), [{ outcome: 'cut', bytes: 4 }, { outcome: 'cut' }, { outcome: 'cut' }])
  t.equal(host.metrics.value('weir_http2_ended_total', ['resets']), 0, 'our own resets are not held against the client')
})

t.test('nothing says that it is the end before the reset', async (t) => {
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  const bodies = [new ScriptedBody(), new ScriptedBody(), new ScriptedBody(8)]
  client.send(...bodies.map((_, i) => head(1 + 2 * i, get('/'))))
  await until(() => host.requests.length === 3, { what: 'the requests' })
  const sending = bodies.map((body, i) => sendTo(host.requests[i] as HostedRequest, answerOf(body)))
  bodies[0]?.write('half')
  await until(() => client.bytes(1).length === 4, { what: 'half of the first' })
  for (const body of bodies) body.fail(new Error('origin'))
  t.match(await Promise.all(sending), [{ outcome: 'cut' }, { outcome: 'cut' }, { outcome: 'cut' }])
  for (const stream of [1, 3, 5]) {
    await until(() => client.resetCode(stream) === INTERNAL_ERROR, { what: 'the reset' })
    const ends = client.frames.filter((one) => one.stream === stream && one.type <= 1 && (one.flags & END_STREAM) !== 0)
    t.same(ends, [], `stream ${stream}`)
  }
})

t.test('a field that cannot be written becomes a 502', async (t) => {
  const body = new ScriptedBody()
  const { port } = await startHttp2(t, async (request) => {
    t.match(await sendTo(request, answerOf(body, { 'x-a': 'a\r\nset-cookie: b' })), { outcome: 'cut' })
  })
  const visit = await ended(ask(visitor(t, port)))
  t.match(visit.headers, { ':status': 502, 'content-length': '0' })
  t.notOk(visit.headers?.['set-cookie'])
  t.equal(body.state, 'cancelled')
})

t.test('interim answers go before the answer and nowhere else', async (t) => {
  const { port } = await startHttp2(t, ({ reply }) => {
    reply.interim(103, Fields.of({ Link: ['</a>', '</b>'] }))
    reply.interim(101, Fields.of())
    reply.interim(103, Fields.of({ Link: 'a\r\nb' }))
    const sending = reply.send(answerOf(text('done')))
    reply.interim(103, Fields.of({ Link: '</late>' }))
    return sending
  })
  const visit = await ended(ask(visitor(t, port)))
  t.match(visit.interims, [{ ':status': 103, link: '</a>, </b>' }])
  t.equal(visit.interims.length, 1)
  t.equal(visit.text, 'done')
})

/** A body that writes for as long as it may. */
function endless(): Body & { readonly written: number; readonly state: string } {
  let written = 0
  let state = 'unopened'
  return {
    lengthBytes: null,
    get written() {
      return written
    },
    get state() {
      return state
    },
    open(sink) {
      const run = () => {
        state = 'running'
        while (state === 'running') {
          written += 10_000
          if (!sink.write(Buffer.alloc(10_000, 'x'))) state = 'paused'
        }
      }
      setImmediate(run)
      return {
        pause() {},
        resume() {
          if (state === 'paused') run()
        },
        cancel() {
          state = 'cancelled'
        },
      }
    },
  }
}

t.test('a body keeps the pace of its client', async (t) => {
  const body = endless()
  const { port } = await startHttp2(t, ({ reply }) => reply.send(answerOf(body)))
  const client = await FrameClient.connect(t, port, 1_000)
  client.send(head(1, get('/')))
  await until(() => client.bytes(1).length === 1_000, { what: 'the window to be full' })
  t.ok(body.written <= 150_000, `${body.written} bytes were asked of the origin`)
  t.equal(body.state, 'paused')
  const before = body.written
  client.send(number32(WINDOW_UPDATE, 0, MIB), number32(WINDOW_UPDATE, 1, 200_000))
  await until(() => body.written > before, { what: 'the body to go on' })
  client.send(number32(RST_STREAM, 1, CANCEL))
  await until(() => body.state === 'cancelled', { what: 'the body to be let go' })
})

t.test('a client that resets its request is told of to everybody who works for it', async (t) => {
  const body = new ScriptedBody()
  const { port, host } = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, port)
  client.send(head(1, get('/early')), head(3, get('/streaming')), head(5, [[':method', 'HEAD'], ...get('/head').slice(1)]))
  await until(() => host.requests.length === 3, { what: 'the requests' })
  const sending = sendTo(host.requests[1] as HostedRequest, answerOf(body.write('half')))
  for (const stream of [1, 3, 5]) client.send(number32(RST_STREAM, stream, CANCEL))
  await until(() => host.requests.every(({ wanted }) => wanted.aborted), { what: 'all to be given up' })
  t.match(await sending, { outcome: 'client-gone', bytes: 4 })
  t.equal(body.state, 'cancelled')
  const unread = new ScriptedBody()
  t.same(await sendTo(host.requests[0] as HostedRequest, answerOf(unread)), { outcome: 'client-gone', bytes: 0 })
  t.equal(unread.state, 'cancelled')
  client.send(head(7, get('/next')))
  await until(() => host.requests.length === 4, { what: 'the next request on the same connection' })
  answerOk(host.requests[3] as HostedRequest)
  t.equal(await client.outcome(7), '200')
})

t.test('a client that takes nothing of one answer loses that one alone', async (t) => {
  const {
    port,
    host,
    ended: count,
  } = await startHttp2(t, ({ incoming, reply }) =>
    reply.send(answerOf(incoming.target === '/big' ? text(longText(200_000)) : text('small'))),
  )
  const client = await FrameClient.connect(t, port, 1_000)
  client.send(head(1, get('/big')))
  await until(() => client.bytes(1).length === 1_000, { what: 'the window to be full' })
  host.sweep()
  host.sweep(20_000)
  t.equal(client.resetCode(1), null)
  host.sweep(31_000)
  await until(() => client.resetCode(1) === INTERNAL_ERROR, { what: 'the reset' })
  host.sweep(33_000)
  client.send(head(3, get('/small')))
  t.equal(await client.body(3), 'small')
  t.equal(count('stuck'), 0)
})

t.test('one that takes little keeps its answer', async (t) => {
  const { port, host } = await startHttp2(t, ({ reply }) => reply.send(answerOf(text(longText(300_000)))))
  const client = await FrameClient.connect(t, port, 65_536)
  client.send(head(1, get('/')), number32(WINDOW_UPDATE, 0, MIB))
  for (let round = 1; round <= 4; round++) {
    await until(() => client.bytes(1).length >= Math.min(round * 65_536, 300_000), { what: `round ${round}` })
    host.sweep((round - 1) * 25_000)
    host.sweep(round * 25_000)
    client.send(number32(WINDOW_UPDATE, 1, 65_536))
  }
  t.equal(await client.body(1), longText(300_000))
})

t.test('a connection that takes nothing at all ends', async (t) => {
  const { port, host, ended: count } = await startHttp2(t, ({ reply }) => reply.send(answerOf(endless())))
  const client = await FrameClient.connect(t, port, 2 ** 31 - 1)
  client.send(number32(WINDOW_UPDATE, 0, 2 ** 30))
  client.socket.pause()
  client.send(head(1, get('/')))
  await until(() => host.requests.length === 1, { what: 'the request' })
  let last = -1
  await until(
    () => {
      const before = last
      last = client.socket.bytesRead
      return before === last
    },
    { what: 'the network to be full', everyMs: 50 },
  )
  for (const laterMs of [0, 31_000, 31_500, 33_000]) host.sweep(laterMs)
  await until(() => host.held.size === 0, { what: 'the connection to be let go' })
  t.equal(count('stuck'), 1)
  t.ok(host.requests[0]?.wanted.aborted)
})
