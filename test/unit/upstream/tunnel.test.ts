import { createServer, type Socket } from 'node:net'
import t from 'tap'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { laneWorld, type Opening, switching } from './lane-world.ts'
import { type RawConnection, startRawOrigin } from './raw-origin.ts'

const HEAD_BYTES = switching().length

/** A tunnel that stands, with all four ends of its connections. */
async function stands(t: Scope, opening: Opening = {}, behind = '') {
  const origin = await startRawOrigin(t, ({ socket, received }) => {
    if (received.endsWith('\r\n\r\n')) socket.write(switching() + behind)
  })
  const world = await laneWorld(t)
  const tunnel = await world.openTunnel(origin.address, opening)
  await world.clientGot(/\r\n\r\n/)
  const { socket } = origin.connections[0]!
  const originGot = () => bodyOf(origin.connections[0]!)
  const got = () => world.received().slice(HEAD_BYTES)
  return { ...world, tunnel, origin: socket, originGot, got }
}

const bodyOf = ({ received }: RawConnection) => received.slice(received.indexOf('\r\n\r\n') + 4)
const gone = (...sockets: Socket[]) =>
  until(() => sockets.every(({ destroyed }) => destroyed), { what: 'the connections to end', everyMs: 1 })
const came = (text: () => string, wanted: string) => until(() => text() === wanted, { what: JSON.stringify(wanted), everyMs: 1 })

t.test('bytes go both ways, in order, and are counted', async (t) => {
  const { client, origin, originGot, got, tunnel, metrics } = await stands(t, { early: 'a' }, 'A')
  client.write('b')
  origin.write('B')
  await came(originGot, 'ab')
  await came(got, 'AB')
  client.write('c'.repeat(500_000))
  origin.write('C'.repeat(700_000))
  await came(originGot, `ab${'c'.repeat(500_000)}`)
  await came(got, `AB${'C'.repeat(700_000)}`)
  t.equal(metrics.value('weir_tunnel_bytes_total', ['to-origin']), 500_002)
  t.equal(metrics.value('weir_tunnel_bytes_total', ['to-client']), 700_002 + HEAD_BYTES)
  origin.end()
  client.end()
  t.match(await tunnel.ended, { bytesToOrigin: 500_002, bytesToClient: 700_002 + HEAD_BYTES })
})

t.test('when the origin ends, the client gets all that it said and then its end', async (t) => {
  const { client, origin, server, got, tunnel, clock } = await stands(t)
  let ended = false
  client.on('end', () => {
    ended = true
    client.end()
  })
  origin.end('B'.repeat(300_000))
  await came(got, 'B'.repeat(300_000))
  await until(() => ended, { what: 'the end', everyMs: 1 })
  t.match(await tunnel.ended, { reason: 'origin-ended' })
  await gone(client, origin, server)
  t.equal(clock.pending, 0)
})

t.test('when the client ends, the origin gets all that it said and then its end', async (t) => {
  const { client, origin, server, originGot, tunnel, clock } = await stands(t)
  client.end('b'.repeat(300_000))
  await came(originGot, 'b'.repeat(300_000))
  t.match(await tunnel.ended, { reason: 'client-ended' })
  await gone(client, origin, server)
  t.equal(clock.pending, 0)
})

t.test('who is left when the other has ended has a moment, not the time of a tunnel', async (t) => {
  const accepted = Promise.withResolvers<Socket>()
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.resolve(socket)
    socket.once('data', () => socket.write(switching()))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { client, server, clock, openTunnel, received } = await laneWorld(t)
  const tunnel = await openTunnel(`127.0.0.1:${(listener.address() as { port: number }).port}`, { idleTimeoutMs: 60_000 })
  listener.close()
  const origin = await accepted.promise
  client.end()
  await new Promise((resolve) => origin.once('end', resolve))
  clock.advance(4_999)
  origin.write('last word')
  await until(() => received().endsWith('last word'), { what: 'the last word', everyMs: 1 })
  clock.advance(4_999)
  t.notOk(server.destroyed)
  clock.advance(1)
  t.match(await tunnel.ended, { reason: 'client-ended' })
  await gone(server)
  origin.destroy()
  t.equal(clock.pending, 0)
})

t.test('a client that stays when the origin has ended is not waited for as for a tunnel', async (t) => {
  const { client, origin, server, tunnel, clock } = await stands(t, { idleTimeoutMs: 60_000 })
  client.pause()
  origin.end('B'.repeat(5_000_000))
  await until(() => origin.writableLength < 4_000_000, { what: 'the first of it to be passed on', everyMs: 1 })
  await until(() => server.writableLength > 0 && tunnel.writableNeedDrain, { what: 'the client to be stuck', everyMs: 20 })
  clock.advance(60_000)
  t.match(await tunnel.ended, { reason: 'idle' }, 'as long as the origin has not ended, it is a tunnel')
  await gone(server)

  const short = await stands(t, { idleTimeoutMs: 60_000 })
  // Once it takes nothing more, the end of the origin does not reach it.
  short.client.pause()
  short.origin.end()
  await until(() => short.server.writableEnded, { what: 'the end to be passed on', everyMs: 1 })
  short.clock.advance(5_000)
  t.match(await short.tunnel.ended, { reason: 'origin-ended' })
  await gone(short.server)
  t.equal(clock.pending + short.clock.pending, 0)
})

t.test('a reset of either side ends the other', async (t) => {
  const resets = { client: 'client-reset', origin: 'origin-reset' } as const
  for (const [side, reason] of Object.entries(resets)) {
    const world = await stands(t)
    world[side as 'client' | 'origin'].resetAndDestroy()
    t.match(await world.tunnel.ended, { reason })
    await gone(world.client, world.origin, world.server)
    t.equal(world.clock.pending, 0)
  }
})

t.test('a reset under load, from either side, ends both and nothing else', async (t) => {
  for (let round = 0; round < 20; round++) {
    const { client, origin, server, tunnel, clock } = await stands(t)
    origin.on('drain', () => origin.write(Buffer.alloc(100_000)))
    client.on('drain', () => client.write(Buffer.alloc(100_000)))
    origin.write(Buffer.alloc(1_000_000))
    client.write(Buffer.alloc(1_000_000))
    await until(() => server.bytesRead > round * 10_000, { what: 'load', everyMs: 1 })
    if (round % 2 === 0) client.resetAndDestroy()
    else origin.resetAndDestroy()
    t.match(await tunnel.ended, { reason: round % 2 === 0 ? 'client-reset' : 'origin-reset' })
    await gone(client, origin, server)
    t.equal(clock.pending, 0)
  }
})

t.test('silence both ways ends it, silence one way does not', async (t) => {
  const { client, origin, server, originGot, got, tunnel, clock } = await stands(t, { idleTimeoutMs: 10_000 })
  clock.advance(9_000)
  client.write('ping')
  await came(originGot, 'ping')
  clock.advance(9_000)
  origin.write('pong')
  await came(got, 'pong')
  clock.advance(9_999)
  t.notOk(server.destroyed)
  clock.advance(1)
  t.match(await tunnel.ended, { reason: 'idle' })
  await gone(client, origin, server)
  t.equal(clock.pending, 0)
})

t.test('who takes nothing is sent nothing more, and its sender is not read any further', async (t) => {
  for (const stuck of ['client', 'origin'] as const) {
    const world = await stands(t)
    const reader = world[stuck]
    const writer = world[stuck === 'client' ? 'origin' : 'client']
    reader.pause()
    for (let i = 0; i < 300; i++) writer.write(Buffer.alloc(100_000))
    let left = 0
    await until(
      () => {
        const same = writer.writableLength === left
        left = writer.writableLength
        return same
      },
      { what: 'the writer to be stuck', everyMs: 100 },
    )
    t.ok(left > 10_000_000, `most of it waits at the sender: ${left}`)
    t.ok(world.server.writableLength + world.tunnel.readableLength + world.tunnel.writableLength < 300_000, 'and little of it here')
    world.clock.advance(60_000)
    t.match(await world.tunnel.ended, { reason: 'idle' }, 'who is stuck is silent')
  }
})

t.test('it can be ended from here, once', async (t) => {
  const { client, origin, server, tunnel, clock } = await stands(t)
  tunnel.closeHere()
  tunnel.closeHere()
  t.match(await tunnel.ended, { reason: 'closed-here' })
  await gone(client, origin, server)
  t.equal(clock.pending, 0)
})

t.test('a client that was gone, or had closed its side, before the switch is seen', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const world = await laneWorld(t)
  const opening = world.openTunnel(origin.address)
  await until(() => origin.connections[0]?.received, { what: 'the request', everyMs: 1 })
  world.server.destroy()
  origin.connections[0]!.socket.write(switching())
  t.match(await (await opening).ended, { reason: 'client-reset' })
  await gone(origin.connections[0]!.socket)

  const other = await laneWorld(t)
  // As a server does that reads until it hands the connection over.
  other.server.resume()
  other.client.end()
  await new Promise((resolve) => other.server.once('end', resolve))
  const closed = other.openTunnel(origin.address)
  await until(() => origin.connections[1]?.received, { what: 'the request', everyMs: 1 })
  origin.connections[1]!.socket.write(switching())
  t.match(await (await closed).ended, { reason: 'client-ended' })
  await gone(origin.connections[1]!.socket, other.server)
  t.equal(other.clock.pending, 0)
})
