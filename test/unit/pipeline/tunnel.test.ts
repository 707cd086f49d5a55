import t from 'tap'
import type { Answer } from '../../../edge/pipeline/exchange.ts'
import { hstsFor } from '../../../edge/pipeline/hsts.ts'
import { tunnel } from '../../../edge/pipeline/tunnel.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { connectedPair, KEY, switching } from '../upstream/lane-world.ts'
import { type RawConnection, startRawOrigin } from '../upstream/raw-origin.ts'

const HANDSHAKE = { Connection: 'Upgrade, X-Hop', Upgrade: 'websocket', 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13' }
const HEAD_END = '\r\n\r\n'

/** A line over these peers, and a client that may ask it for a WebSocket. */
async function world(t: Scope, peers: readonly string[], pool: object = {}, route: object = {}) {
  const line = new Line({
    pools: { shop: { peers: peers.map((address) => ({ address })), balance: 'round-robin', ...pool } },
    routes: { all: { pool: 'shop', ...route } },
  })
  t.teardown(() => line.tools.websockets.close())
  const pair = await connectedPair(t)
  let taken = 0
  const upgrade = {
    take() {
      taken += 1
      return { socket: pair.server, early: Buffer.from('early') }
    },
  }
  const ask = (asking: Asking = {}, mode: 'normal' | 'cache-only' | 'static' = 'normal') => {
    const { asked, x } = line.asked({ target: '/live?a=1', upgrade, ...asking, headers: { ...HANDSHAKE, ...asking.headers } })
    return { x, answer: tunnel(asked, mode, x) }
  }
  const open = async (asking?: Asking): Promise<Answer> => (await ask(asking).answer)!
  const at = () => line.snapshot.pools.get('shop')!.peers.map(({ inFlight, tunnels }) => `${inFlight}/${tunnels}`)
  return { line, ...pair, ask, open, at, taken: () => taken }
}

const opens = ({ socket, received }: RawConnection) => {
  if (received.endsWith(HEAD_END))
    socket.write(
      switching(KEY, 'X-Hop: 1\r\nX-Origin: 2\r\nContent-Length: 0\r\nVia: 1.1 inner\r\n').replace('Upgrade\r\n', 'Upgrade, X-Hop\r\n'),
    )
}

t.test('who asks for no WebSocket, or may have none, is served as anybody else', async (t) => {
  const allowed = await world(t, ['127.0.0.1:1'])
  t.equal(allowed.ask({ upgrade: null }).answer, null)
  t.equal(allowed.ask({ method: 'POST' }).answer, null)
  t.equal(allowed.ask({ version: '1.0' }).answer, null)
  t.equal(allowed.ask({}, 'cache-only').answer, null)
  t.equal(allowed.ask({}, 'static').answer, null)
  t.equal((await world(t, ['127.0.0.1:1'], {}, { websocket: 'refuse' })).ask().answer, null)
  const { asked, x } = new Line({ fallbacks: { soon: { body: 'soon' } }, routes: { all: { respond: 'soon' } } }).asked({
    upgrade: { take: () => t.fail('taken') as never },
  })
  t.equal(tunnel(asked, 'normal', x), null, 'a route without a pool')
  t.equal(allowed.taken(), 0)
})

t.test('the origin gets a rebuilt request, the client a rebuilt 101, and then both speak', async (t) => {
  const origin = await startRawOrigin(t, opens)
  const { open, client, received, line, at, taken } = await world(t, [origin.address])
  const answer = await open({ headers: { 'X-Hop': 'mine', 'X-Forwarded-For': '1.1.1.1', 'Sec-WebSocket-Protocol': 'chat', Cookie: 'a=1' } })
  t.match(answer, { status: 101, body: null, servedBy: 'origin', sent: Promise })
  const head = origin.connections[0]!.received
  t.match(head, /^GET \/live\?a=1 HTTP\/1\.1\r\n/)
  for (const line of [
    'Host: shop.example',
    'X-Forwarded-For: 198.51.100.7',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Protocol: chat',
    'Cookie: a=1',
    'Via: 1.1 edge-1',
    'connection: Upgrade',
    'upgrade: websocket',
  ])
    t.ok(head.includes(`\r\n${line}\r\n`), line)
  t.notMatch(head, /x-hop/i)

  await until(() => received().endsWith(HEAD_END), { what: 'the 101', everyMs: 1 })
  t.match(received(), /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  for (const line of ['X-Origin: 2', 'Connection: Upgrade', 'Upgrade: websocket', 'Via: 1.1 inner, 1.1 edge-1', 'X-Request-Id: x-1'])
    t.ok(received().includes(`\r\n${line}\r\n`), line)
  t.notMatch(received(), /x-hop|content-length/i)

  client.write('ping')
  await until(() => origin.connections[0]!.received.endsWith('earlyping'), { what: 'what the client said', everyMs: 1 })
  t.same([at(), taken()], [['1/1'], 1])
  origin.connections[0]!.socket.end('bye')
  t.match(await answer.sent, { outcome: 'whole', bytes: received().length })
  t.ok(received().endsWith('bye'))
  t.same(at(), ['0/0'])
  t.equal(line.metrics.value('weir_tunnels_total', ['shop', 'origin-ended']), 1)
  t.equal(line.metrics.value('weir_upstream_requests_total', ['shop', '1xx']), 1)
  t.equal(line.metrics.value('weir_tunnel_bytes_total', ['to-origin']), 9)
})

t.test('a 101 tells of https what every answer of the route tells', async (t) => {
  const origin = await startRawOrigin(t, ({ socket, received }) => {
    if (received.endsWith(HEAD_END)) socket.write(switching(KEY, 'Strict-Transport-Security: max-age=1\r\n'))
  })
  for (const [scheme, told] of [
    ['https', ['Strict-Transport-Security: max-age=60']],
    ['http', []],
  ] as const) {
    const { ask, received } = await world(t, [origin.address])
    const { x, answer } = ask()
    x.why.hsts = hstsFor('max-age=60', scheme)
    await answer
    await until(() => received().endsWith(HEAD_END), { what: 'the 101', everyMs: 1 })
    t.same(received().match(/^Strict-Transport-Security:.*$/gim) ?? [], told, scheme)
  }
})

t.test('an answer that does not switch goes the way of every answer, and is the last of its connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) =>
    socket.write(
      'HTTP/1.1 503 Busy\r\nConnection: X-Hop, Upgrade\r\nX-Hop: 1\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5\r\nSet-Cookie: a=1\r\n\r\n3\r\nbus\r\n1\r\ny\r\n0\r\n\r\n',
    ),
  )
  const { open, line, at, taken, server } = await world(t, [origin.address], { ejection: { consecutiveFailures: 1, maxEjectedRatio: 1 } })
  const answer = await open()
  t.same(
    [answer.status, answer.servedBy, answer.sent, answer.fields.toRaw()],
    [503, 'origin', undefined, ['Set-Cookie', 'a=1', 'Connection', 'close']],
  )
  t.same(at(), ['1/0'], 'the peer is busy until the body is over')
  let text = ''
  await new Promise<void>((resolve, reject) => {
    answer.body!.open({
      write(chunk) {
        text += String(chunk)
        return true
      },
      end: resolve,
      fail: reject,
    })
  })
  t.same([text, at(), taken(), server.bytesWritten], ['busy', ['0/0'], 0, 0])
  t.equal(line.metrics.value('weir_tunnels_total', ['shop', 'refused']), 1)
  t.equal(line.log.of('peer-ejected').length, 1, 'a peer in trouble is noted as ever')
})

t.test('a peer that cannot be reached gives way to the next, and is noted', async (t) => {
  const origin = await startRawOrigin(t, opens)
  const { open, ask, line, at, taken } = await world(t, ['127.0.0.1:1', origin.address], { ejection: { consecutiveFailures: 1 } })
  t.equal((await open()).status, 101)
  t.same([at(), taken()], [['0/0', '1/1'], 1])
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop', 'UPSTREAM_CONNECT']), 1)
  t.match(line.log.of('peer-ejected'), [{ peer: '127.0.0.1:1' }])
  const { x, answer } = ask()
  await answer
  t.match(x.why, { pool: 'shop', peer: origin.address, tries: 1 })
})

t.test('when all fail the fault is that of the last, and the client can still be answered', async (t) => {
  const bad = await startRawOrigin(t, ({ socket }) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'),
  )
  const invalid = await world(t, [bad.address])
  await t.rejects(invalid.open(), { code: 'UPSTREAM_INVALID' })
  const nobody = await world(t, ['127.0.0.1:1', '127.0.0.1:2'])
  await t.rejects(nobody.open(), { code: 'UPSTREAM_CONNECT' })
  await t.rejects((await world(t, [])).open(), { code: 'NO_PEER' })
  await t.rejects(nobody.open({ headers: { 'Sec-WebSocket-Key': 'none' } }), { code: 'BAD_MESSAGE' })
  await t.rejects(nobody.open({ headers: { 'CDN-Loop': 'edge-1' } }), { code: 'LOOP' })
  for (const { at, taken, server, line } of [invalid, nobody]) {
    t.same([new Set(at()), taken(), server.destroyed, line.clock.pending], [new Set(['0/0']), 0, false, 0])
  }
})

t.test('no more tunnels to a peer than its pool allows', async (t) => {
  const first = await startRawOrigin(t, opens)
  const second = await startRawOrigin(t, opens)
  const peers = [first.address, second.address]
  const { open, at, line } = await world(t, peers, { maxTunnels: 1, ejection: { consecutiveFailures: 1 } })
  const openAnother = async () => {
    const { server } = await connectedPair(t)
    return open({ upgrade: { take: () => ({ socket: server, early: Buffer.alloc(0) }) } })
  }
  const one = await openAnother()
  await openAnother()
  await t.rejects(openAnother(), { code: 'UPSTREAM_BUSY', row: { status: 503 } })
  t.same(at(), ['1/1', '1/1'])
  t.same(line.log.of('peer-ejected'), [], 'to be full is no failure')
  first.connections[0]!.socket.destroy()
  await one.sent
  t.same(at(), ['0/0', '1/1'])
  t.equal((await openAnother()).status, 101)
  t.equal(first.connections.length, 2)
  await t.rejects((await world(t, peers, { maxTunnels: 0 })).open(), { code: 'UPSTREAM_BUSY' })
})

t.test('how a tunnel ended is told as for any answer', async (t) => {
  const ends = {
    'client-reset': { outcome: 'client-gone' },
    'origin-reset': { outcome: 'cut', fault: { code: 'UPSTREAM_CUT' } },
    'client-ended': { outcome: 'whole' },
    idle: { outcome: 'whole' },
    'closed-here': { outcome: 'whole' },
  }
  for (const [reason, sent] of Object.entries(ends)) {
    const origin = await startRawOrigin(t, opens)
    const { open, client, line, at } = await world(t, [origin.address], {
      tunnelIdleTimeoutMs: 5_000,
      ejection: { consecutiveFailures: 1 },
    })
    const answer = await open()
    await until(() => origin.connections[0]!.received.endsWith('early'), { what: 'the tunnel', everyMs: 1 })
    if (reason === 'client-reset') client.resetAndDestroy()
    if (reason === 'origin-reset') origin.connections[0]!.socket.resetAndDestroy()
    if (reason === 'client-ended') client.end()
    if (reason === 'idle') line.clock.advance(5_000)
    if (reason === 'closed-here') line.tools.websockets.close()
    t.match(await answer.sent, sent, reason)
    t.equal(line.metrics.value('weir_tunnels_total', ['shop', reason]), 1)
    t.same([at(), line.clock.pending, line.log.of('peer-ejected')], [['0/0'], 0, []], reason)
  }
})

t.test('a client that leaves while the origin is waited for is no fault of the peer', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { ask, at, taken, line } = await world(t, [origin.address], { ejection: { consecutiveFailures: 1 } })
  const { x, answer } = ask()
  await until(() => origin.connections[0]?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  t.same(at(), ['1/1'])
  x.wanted.abort()
  await t.rejects(answer!, { code: 'CLIENT_GONE' })
  t.same([at(), taken(), line.log.of('peer-ejected')], [['0/0'], 0, []])
})

t.test('all tries share one deadline, and each has its own Host', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { ask, line } = await world(t, [origin.address], { host: 'peer', totalTimeoutMs: 1_000, firstByteTimeoutMs: 5_000 })
  const { answer } = ask()
  await until(() => origin.connections[0]?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  t.ok(origin.connections[0]!.received.includes(`\r\nHost: ${origin.address}\r\n`))
  line.clock.advance(1_000)
  await t.rejects(answer!, { code: 'UPSTREAM_TIMEOUT' })
})

t.test('a WebSocket is never asked of two peers at once, however slow the first is', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const other = await startRawOrigin(t, opens)
  const { ask, line, at } = await world(t, [origin.address, other.address], { hedge: { minMs: 1, maxShare: 1 } })
  const { hedges } = line.snapshot.pools.get('shop')!
  for (let i = 0; i < 100; i++) hedges!.latency.record(1)
  const { answer, x } = ask()
  await until(() => origin.connections[0]?.received.endsWith(HEAD_END), { what: 'the request', everyMs: 1 })
  line.clock.advance(500)
  t.same([hedges!.waiting, at(), other.connections.length], [0, ['1/1', '0/0'], 0])
  x.wanted.abort()
  await t.rejects(answer!, { code: 'CLIENT_GONE' })
})
