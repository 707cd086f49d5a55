import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { until } from '../../support/until.ts'
import { KEY, laneWorld, switching } from './lane-world.ts'
import { startRawOrigin } from './raw-origin.ts'
import { readBody } from './send-one.ts'

const HEAD_END = '\r\n\r\n'

t.test('the origin gets the request as it was made, and the two fields that ask for the switch', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(switching()))
  const { openTunnel } = await laneWorld(t)
  await openTunnel(origin.address, {
    target: '/a//b/http:/c?next=http://d//e?f',
    fields: { Cookie: 'a=1; b=2', 'X-List': ['one', 'two'], 'Sec-WebSocket-Protocol': 'chat', __proto__x: 'y', 'X-Latin': 'caf\xe9' },
  })
  const [line, ...fields] = origin.connections[0]!.received.trimEnd().split('\r\n')
  t.equal(line, 'GET /a//b/http:/c?next=http://d//e?f HTTP/1.1')
  t.same(
    fields.sort(),
    [
      'Cookie: a=1; b=2',
      'Host: shop.example',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Protocol: chat',
      'Sec-WebSocket-Version: 13',
      'X-Latin: caf\xe9',
      'X-List: one',
      'X-List: two',
      '__proto__x: y',
      'connection: Upgrade',
      'upgrade: websocket',
    ].sort(),
  )
})

t.test('nothing that the client sends reaches the origin before it has switched', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { openTunnel, client } = await laneWorld(t)
  const opening = openTunnel(origin.address, { early: 'EARLY' })
  client.write('LATER')
  await until(() => origin.connections[0]?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  const { socket } = origin.connections[0]!
  // Whatever was on its way would have arrived with this answer to and fro.
  socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
  await until(() => client.bytesWritten === 5, { what: 'the client to have sent', everyMs: 1 })
  t.ok(origin.connections[0]!.received.endsWith(HEAD_END))
  socket.write(switching())
  await opening
  await until(() => origin.connections[0]!.received.endsWith('EARLYLATER'), { what: 'what the client sent', everyMs: 1 })
  t.equal(origin.connections.length, 1)
})

t.test('the client is told what it shall be told, and what the origin said behind its 101', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write(`${switching(KEY, 'Set-Cookie: a=1\r\nSet-Cookie: b=\xe9\r\n')}HELLO`, 'latin1'),
  )
  const { openTunnel, clientGot, received, switched } = await laneWorld(t)
  await openTunnel(origin.address)
  await clientGot(/HELLO$/)
  t.equal(
    received(),
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSet-Cookie: a=1\r\nSet-Cookie: b=\xe9\r\n\r\nHELLO`,
  )
  t.equal(switched.length, 1)
})

t.test('a 101 that opens no WebSocket is not valid, and nobody hears of it but us', async (t) => {
  const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'
  const bad = {
    'without fields': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'without Upgrade': `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${accept}\r\n`,
    'to another protocol': `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${accept}\r\n`,
    'without Connection': `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n${accept}\r\n`,
    'without Accept': switching().replace(/Sec-WebSocket-Accept.*\r\n/, ''),
    'for another key': switching('AAAAAAAAAAAAAAAAAAAAAA=='),
    'twice accepted': switching(KEY, accept),
  }
  for (const [name, head] of Object.entries(bad)) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${head}HELLO`))
    const { open, switched, server, clock } = await laneWorld(t)
    await t.rejects(open(origin.address), { code: 'UPSTREAM_INVALID', row: { status: 502, retry: 'if-idempotent' } }, name)
    await until(() => origin.connections[0]!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
    t.same([switched.length, server.bytesWritten, server.destroyed, clock.pending], [0, 0, false, 0], name)
  }
})

t.test('an answer that does not switch is an answer like any other', async (t) => {
  const answers = {
    'with a length': 'HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nX-A: 1\r\nX-A: 2\r\n\r\nnope',
    'in chunks': 'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n1\r\nn\r\n3\r\nope\r\n0\r\n\r\n',
    'until it closes': 'HTTP/1.1 403 Forbidden\r\nX-A: 1\r\nX-A: 2\r\n\r\nnope',
    'in HTTP/1.0': 'HTTP/1.0 403 Forbidden\r\nX-A: 1\r\nX-A: 2\r\n\r\nnope',
    'that speaks of upgrades':
      'HTTP/1.1 403 Forbidden\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 4\r\nX-A: 1\r\nX-A: 2\r\n\r\nnope',
  }
  for (const [name, text] of Object.entries(answers)) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.end(text))
    const { open, switched, server, clock } = await laneWorld(t)
    const opened = await open(origin.address)
    if (opened.kind !== 'answered') throw new Error('not answered')
    t.same([opened.answer.status, opened.answer.fields.getAll('x-a')], [403, ['1', '2']], name)
    t.equal(opened.answer.body.lengthBytes, opened.answer.fields.has('content-length') ? 4 : null, name)
    t.same(await readBody(opened.answer), { text: 'nope', fault: null }, name)
    t.same([switched.length, server.bytesWritten, server.destroyed, clock.pending], [0, 0, false, 0], name)
  }
})

t.test('whatever goes wrong before the answer is a fault with its code, and the client is as it was', async (t) => {
  const { address: nobody } = await startRawOrigin(t, () => {})
  const faults: [string, (world: Awaited<ReturnType<typeof laneWorld>>) => Promise<unknown>, string][] = [
    ['nobody listens', ({ open }) => open('127.0.0.1:1'), 'UPSTREAM_CONNECT'],
    ['no such name', ({ open }) => open('no-such-host.invalid:80'), 'UPSTREAM_CONNECT'],
    ['no such path', ({ open }) => open('unix:/no/such/socket'), 'UPSTREAM_CONNECT'],
    ['a field that cannot be written', ({ open }) => open(nobody, { fields: { 'X-Bad': 'a\0b' } }), 'INTERNAL'],
  ]
  for (const [name, attempt, code] of faults) {
    const world = await laneWorld(t)
    await t.rejects(attempt(world), { code }, name)
    t.same([world.switched.length, world.server.bytesWritten, world.server.destroyed, world.clock.pending], [0, 0, false, 0], name)
  }
})

t.test('an origin that closes, resets or talks nonsense instead of answering is told apart', async (t) => {
  const does: [string, string, (socket: import('node:net').Socket) => void][] = [
    ['closes', 'UPSTREAM_RESET', (socket) => socket.end()],
    ['resets', 'UPSTREAM_RESET', (socket) => socket.resetAndDestroy()],
    ['closes within the head', 'UPSTREAM_RESET', (socket) => socket.end('HTTP/1.1 101 Switch')],
    ['resets within the head', 'UPSTREAM_RESET', (socket) => socket.write('HTTP/1.1 101 Switch', () => socket.resetAndDestroy())],
    ['speaks no HTTP', 'UPSTREAM_INVALID', (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n')],
    ['breaks a field', 'UPSTREAM_INVALID', (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nA\0b: c\r\n\r\n')],
    ['has too long a head', 'UPSTREAM_INVALID', (socket) => socket.write(`HTTP/1.1 101 Switching Protocols\r\nA: ${'b'.repeat(70_000)}`)],
  ]
  for (const [name, code, doing] of does) {
    const origin = await startRawOrigin(t, ({ socket }) => doing(socket))
    const { open, switched, server, clock } = await laneWorld(t)
    await t.rejects(open(origin.address), { code }, name)
    t.same([switched.length, server.bytesWritten, server.destroyed, clock.pending], [0, 0, false, 0], name)
  }
})

t.test('each step has its deadline', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const asked = (at: number) => until(() => origin.connections[at]?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  const world = await laneWorld(t)

  const handshake = world.open(origin.address, { hop: { scheme: 'https', connectTimeoutMs: 1_000 } })
  await until(() => origin.connections.length === 1, { what: 'the connection', everyMs: 1 })
  world.clock.advance(1_000)
  await t.rejects(handshake, { code: 'UPSTREAM_CONNECT_TIMEOUT' }, 'a connection stands when TLS does')

  const head = world.open(origin.address, { hop: { connectTimeoutMs: 1_000, firstByteTimeoutMs: 5_000 } })
  await asked(1)
  world.clock.advance(4_999)
  origin.connections[1]!.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')
  world.clock.advance(1)
  await t.rejects(head, { code: 'UPSTREAM_TIMEOUT' })

  const all = world.open(origin.address, { hop: { firstByteTimeoutMs: 5_000, untilHeadMs: 300 } })
  await asked(2)
  world.clock.advance(300)
  await t.rejects(all, { code: 'UPSTREAM_TIMEOUT' }, 'all steps together')
  await until(() => origin.connections.every(({ socket }) => socket.destroyed), { what: 'the connections to end', everyMs: 1 })
  t.same([world.switched.length, world.server.destroyed, world.clock.pending], [0, false, 0])
})

t.test('a client that leaves ends the attempt, wherever it is', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { open, clock } = await laneWorld(t)
  const gone = new Abort()
  gone.abort()
  await t.rejects(open(origin.address, { wanted: gone }), { code: 'CLIENT_GONE' })
  t.equal(origin.connections.length, 0)

  const connecting = new Abort()
  const attempt = open(origin.address, { wanted: connecting })
  connecting.abort()
  await t.rejects(attempt, { code: 'CLIENT_GONE' })

  const waiting = new Abort()
  const asked = open(origin.address, { wanted: waiting })
  await until(() => origin.connections.at(-1)?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  waiting.abort()
  await t.rejects(asked, { code: 'CLIENT_GONE' })
  await until(() => origin.connections.at(-1)!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
  t.equal(clock.pending, 0)
})

t.test('a switch that comes too late, or that we cannot use, ends the connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(switching()))
  const { lane, clock, switched } = await laneWorld(t)
  const { Fields } = await import('../../../edge/http/fields.ts')
  const { hopTo } = await import('./send-one.ts')
  const request = { method: 'GET', target: '/', fields: Fields.of({ Host: 'a', 'Sec-WebSocket-Key': KEY }), body: null }
  const onSwitch = () => {
    throw new TypeError('a fault of ours')
  }
  await t.rejects(lane.open(request, hopTo(origin.address), { idleTimeoutMs: 1_000, onSwitch }, new Abort()), { code: 'INTERNAL' })
  await until(() => origin.connections[0]!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
  t.same([switched.length, clock.pending], [0, 0])
})
