// HTTP/2 by hand-made frames: what is malformed reaches nobody behind the connection, what was measured of nghttp2 still holds (the list
// in edge/server/http2-head.ts), and every flood ends its own connection and nothing else.

import t from 'tap'
import {
  block,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  ENHANCE_YOUR_CALM,
  type Field,
  FrameClient,
  frame,
  GOAWAY,
  get,
  HEADERS,
  head,
  number32,
  PING,
  PROTOCOL_ERROR,
  post,
  RST_STREAM,
  SETTINGS,
  settings,
  WINDOW_UPDATE,
} from '../support/http2-frames.ts'
import { type Http2TestServer, startHttp2 } from '../support/http2-server.ts'
import type { Scope } from '../support/scope.ts'
import { answerOk } from '../support/scripted-host.ts'
import { until } from '../support/until.ts'
import { pseudo, refusedHeads, takenHeads } from './corpus/http2-heads.ts'

/** What a request that was taken would be on an HTTP/1.1 connection. */
function asHttp1({ host }: Http2TestServer): string | null {
  const taken = host.requests.at(-1)?.incoming
  return taken === undefined ? null : `${taken.method} ${taken.target} HTTP/1.1\r\n${taken.fields.toText()}\r\n`
}

/** Asks on a connection of its own: how it was answered, and what would have gone on. */
async function judge(t: Scope, server: Http2TestServer, fields: readonly Field[]): Promise<readonly [string, string | null]> {
  server.host.requests.length = 0
  const client = await FrameClient.connect(t, server.port)
  client.send(head(1, fields))
  const outcome = await client.outcome(1)
  client.socket.destroy()
  return [outcome, asHttp1(server)]
}

t.test('what is malformed reaches nobody', async (t) => {
  const server = await startHttp2(t)
  for (const [name, outcome, fields] of refusedHeads) t.same(await judge(t, server, fields), [outcome, null], name)
  const refusals = refusedHeads.filter(([, outcome]) => outcome.length === 3).length
  t.equal(server.host.faults.length, refusals, 'each refusal of ours is counted')
  t.equal(server.host.metrics.value('weir_wire_refusals_total', ['h2-host-differs']), 1)
})

const HEAD_LINES = 'GET / HTTP/1.1\r\nHost: www.example.org\r\n'

t.test('what is taken goes on as one request, with nothing in it that was not a field', async (t) => {
  const server = await startHttp2(t)
  for (const [name, lines, fields] of takenHeads) {
    const http1 = `${HEAD_LINES}${lines.map((line) => `${line}\r\n`).join('')}\r\n`
    t.same(await judge(t, server, fields), ['200', http1], name)
  }
})

t.test('a refusal ends its stream alone', async (t) => {
  const server = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, server.port)
  client.send(head(1, get('/first')))
  const heads = [get('/', ['connection', 'close']), get('/', ['x-a', ' b']), pseudo(':path', ''), get('/', ['host', 'evil.example'])]
  for (const [i, fields] of heads.entries()) client.send(head(3 + 2 * i, fields))
  client.send(head(11, post('/evil', ['x-a', ' b']), 0))
  for (const i of heads.keys()) t.match(await client.outcome(3 + 2 * i), /^(400|reset 1)$/)
  t.equal(await client.outcome(11), '400')
  server.host.sweep()
  await until(() => client.resetCode(11) === 0, { what: 'the rest to be refused' })
  client.send(head(13, get('/last')))
  await until(() => server.host.requests.length === 2, { what: 'the last request' })
  for (const request of server.host.requests) answerOk(request)
  t.equal(await client.outcome(1), '200')
  t.equal(await client.outcome(13), '200')
  t.same(server.host.targets, ['/first', '/last'])
})

t.test('behind a body: trailers that pretend, and a second head', async (t) => {
  const server = await startHttp2(t, () => {})
  const behind: Record<string, Buffer> = {
    'a pseudo field in the trailers': head(1, [[':path', '/evil']]),
    'framing in the trailers': head(1, [['transfer-encoding', 'chunked']]),
    'a second head': head(1, get('/evil')),
    'trailers that are not the end': head(1, [['x-a', 'b']], 0),
  }
  for (const [name, bytes] of Object.entries(behind)) {
    const client = await FrameClient.connect(t, server.port)
    server.host.requests.length = 0
    client.send(head(1, post('/'), 0), frame(DATA, 0, 1, Buffer.from('x')), bytes)
    t.equal(await client.outcome(1), `reset ${PROTOCOL_ERROR}`, name)
    await until(() => server.host.requests[0]?.wanted.aborted === true, { what: 'the request to be given up' })
    t.same(server.host.targets, ['/'])
  }
})

/** Floods: what a client sends, and with which count the connection ends. */
const FLOODS: readonly (readonly [name: string, reason: string, bytes: () => Buffer[]])[] = [
  [
    'CONTINUATION without end',
    'flood',
    () => [frame(HEADERS, END_STREAM, 1, block(get('/'))), ...repeat(20, () => frame(CONTINUATION, 0, 1, block([['x-a', 'b']])))],
  ],
  ['empty CONTINUATION', 'flood', () => [frame(HEADERS, END_STREAM, 1, block(get('/'))), ...repeat(20, () => frame(CONTINUATION, 0, 1))]],
  ['PING', 'flood', () => repeat(20_000, () => frame(PING, 0, 0, Buffer.alloc(8)))],
  ['SETTINGS', 'flood', () => repeat(5_000, () => settings())],
  ['settings in a frame', 'protocol', () => [settings(...Array.from({ length: 40 }, () => [3, 100] as const))]],
  ['empty DATA', 'flood', () => [head(1, post('/'), 0), ...repeat(1_100, () => frame(DATA, 0, 1))]],
  ['malformed heads', 'protocol', () => repeat(1_100, (i) => head(1 + 2 * i, pseudo(':path', '')))],
  ['streams at once', 'protocol', () => repeat(300, (i) => head(1 + 2 * i, post('/'), 0))],
  [
    'requests reset at once',
    'flood',
    () => repeat(1_000, (i) => Buffer.concat([head(1 + 2 * i, get('/')), number32(RST_STREAM, 1 + 2 * i, 8)])),
  ],
  ['windows that do not grow', 'protocol', () => [head(1, post('/'), 0), number32(WINDOW_UPDATE, 1, 0)]],
  ['windows that overflow', 'protocol', () => [head(1, post('/'), 0), number32(WINDOW_UPDATE, 1, 2 ** 31 - 1)]],
  ['a frame too large', 'protocol', () => [frame(DATA, 0, 1, Buffer.alloc(17_000))]],
  ['a stream of ours', 'protocol', () => [head(2, get('/'))]],
  ['HTTP/1.1', 'protocol', () => [Buffer.from('GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n')]],
]

function repeat(times: number, one: (i: number) => Buffer): Buffer[] {
  return Array.from({ length: times }, (_, i) => one(i))
}

t.test('a flood ends its connection, counted, and leaves nothing behind', async (t) => {
  for (const [name, reason, bytes] of FLOODS) {
    const server = await startHttp2(t, () => {})
    const neighbour = await FrameClient.connect(t, server.port)
    const client = await FrameClient.connect(t, server.port)
    client.send(...bytes())
    await until(() => server.ended(reason) === 1, { what: `the end of ${name}` })
    await until(() => server.host.held.size === 1, { what: 'the connection to be let go' })
    t.ok(server.host.requests.length <= 100, `${name}: ${server.host.requests.length} requests`)
    t.ok(
      server.host.requests.every(({ wanted }) => wanted.aborted),
      `${name}: nothing is worked on any more`,
    )
    neighbour.send(head(1, get('/')))
    const before = server.host.requests.length
    await until(() => server.host.requests.length > before, { what: 'a request of a neighbour' })
  }
})

t.test('rapid reset, one at a time: as many as a minute allows, then ENHANCE_YOUR_CALM', async (t) => {
  const server = await startHttp2(t, () => {})
  const client = await FrameClient.connect(t, server.port)
  let stream = 1
  for (; client.end === 'open' && client.goaway === null && stream < 1_000; stream += 2) {
    client.send(head(stream, get('/')), number32(RST_STREAM, stream, 8))
    await until(() => server.host.requests.at(-1)?.wanted.aborted === true || client.end !== 'open', { what: 'the request to be given up' })
    await new Promise(setImmediate)
  }
  await client.closed()
  t.equal(client.goaway, ENHANCE_YOUR_CALM)
  t.equal(server.ended('resets'), 1)
  t.ok(server.host.requests.length >= 200 && server.host.requests.length <= 210, `${server.host.requests.length} requests`)
})

t.test('a head that unpacks into more than it may is refused before it takes memory', async (t) => {
  const server = await startHttp2(t)
  const client = await FrameClient.connect(t, server.port)
  // One field of 4,000 bytes kept in the table, then named 3,000 times by one byte each (the HPACK bomb).
  const long = 'a'.repeat(4_000)
  const kept = Buffer.concat([Buffer.from([0x40, 3]), Buffer.from('x-a'), Buffer.from([0x7f, 0xa1, 0x1e]), Buffer.from(long)])
  client.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, Buffer.concat([block(get('/')), kept, Buffer.alloc(3_000, 0xbe)])))
  t.equal(await client.outcome(1), `reset ${ENHANCE_YOUR_CALM}`)
  client.send(head(3, get('/')))
  t.equal(await client.outcome(3), '200', 'the connection goes on')
  t.same(server.host.targets, ['/'])
})

t.test('what we promise is what the bootstrap says', async (t) => {
  const { port } = await startHttp2(t, answerOk, { http2MaxStreams: 7, maxHeadBytes: 2_048, maxFields: 10 })
  const client = await FrameClient.connect(t, port)
  const own = await client.waitFor((one) => one.type === SETTINGS && one.payload.length > 0, 'our settings')
  const values = new Map<number, number>()
  for (let at = 0; at < own.payload.length; at += 6) values.set(own.payload.readUInt16BE(at), own.payload.readUInt32BE(at + 2))
  t.equal(values.get(3), 7, 'streams at once')
  t.equal(values.get(4), 65_536, 'the window of a stream')
  t.equal(values.get(6), 2_048 + 24 * 32, 'the size of a head')
  t.equal(values.get(8) ?? 0, 0, 'no extended CONNECT')
  const update = await client.waitFor((one) => one.type === WINDOW_UPDATE && one.stream === 0, 'the window of the connection')
  t.equal(65_535 + update.payload.readUInt32BE(0), 1_048_576)
  t.equal(
    client.frames.find((one) => one.type === GOAWAY),
    undefined,
  )
})
