// Who gets which connection to a peer, who waits, and when a connection that nobody uses goes.

import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { type RawOrigin, startRawOrigin } from './raw-origin.ts'
import { hopTo, OK, readBody, startUpstream } from './send-one.ts'

/** An origin that answers at once, but requests for /held… when the test says so. */
async function startHoldingOrigin(t: Scope, answer = OK) {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (!chunk.includes(' /held')) socket.write(answer)
  })
  const asked = () => origin.connections.map(({ received }) => [...received.matchAll(/^GET (\S+)/gm)].map(([, target]) => target))
  const has = (target: string) => until(() => asked().flat().includes(target), { what: `${target} at the origin` })
  const release = (target: string) => origin.connections.find(({ received }) => received.includes(`GET ${target} `))?.socket.write(OK)
  return { origin, asked, has, release }
}

const ended = (origin: RawOrigin, number: number) =>
  until(() => origin.connections[number - 1]?.socket.destroyed, { what: `connection ${number} to end` })

t.test('requests one after the other share a connection', async (t) => {
  const { origin } = await startHoldingOrigin(t)
  const { get, metrics } = startUpstream(t)
  for (let i = 0; i < 5; i += 1) await get(hopTo(origin.address))
  t.equal(origin.connections.length, 1)
  t.equal(metrics.value('weir_upstream_connects_total', ['connected']), 1)
  t.equal(metrics.value('weir_upstream_reused_total'), 4)
  t.equal(metrics.value('weir_upstream_connections'), 1)
})

t.test('the connection that was used last is used first', async (t) => {
  const { origin, asked, has, release } = await startHoldingOrigin(t)
  const { get } = startUpstream(t)
  const targets = ['/held/a', '/held/b', '/held/c']
  const held = targets.map((target) => get(hopTo(origin.address), target))
  for (const target of targets) await has(target)
  for (const target of ['/held/b', '/held/c', '/held/a']) {
    release(target)
    await held[targets.indexOf(target)]
  }
  await get(hopTo(origin.address), '/next')
  const at = (target: string) => asked().findIndex((targets) => targets.includes(target))
  t.equal(at('/next'), at('/held/a'))
})

t.test('who waits is served in the order in which they came, on the connections there are', async (t) => {
  const { origin, asked, has, release } = await startHoldingOrigin(t)
  const { get } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 10 })
  const first = get(hop, '/held')
  await has('/held')
  const rest = ['/1', '/2', '/3', '/4'].map((target) => get(hop, target))
  release('/held')
  await Promise.all([first, ...rest])
  t.same(asked(), [['/held', '/1', '/2', '/3', '/4']])
})

t.test('more than connections and queue hold is UPSTREAM_BUSY at once, and may be tried elsewhere', async (t) => {
  const { origin } = await startHoldingOrigin(t)
  const { send } = startUpstream(t)
  for (const maxQueued of [0, 2]) {
    const hop = hopTo(origin.address, { maxConnections: 2, maxQueued })
    const wanted = new Abort()
    const held = Array.from({ length: 2 + maxQueued }, () => t.rejects(send(hop, { target: '/held' }, wanted), { code: 'CLIENT_GONE' }))
    await t.rejects(send(hop), { code: 'UPSTREAM_BUSY', row: { retry: 'always' }, detail: { inFlight: 2 + maxQueued } })
    wanted.abort()
    await Promise.all(held)
  }
})

t.test('a client that leaves the queue gives its place free and costs no connection', async (t) => {
  const { origin, has } = await startHoldingOrigin(t)
  const { send } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 1 })
  const running = new Abort()
  const first = t.rejects(send(hop, { target: '/held' }, running), { code: 'CLIENT_GONE' })
  await has('/held')
  for (let i = 0; i < 50; i += 1) {
    const wanted = new Abort()
    const queued = t.rejects(send(hop, { target: '/queued' }, wanted), { code: 'CLIENT_GONE' })
    wanted.abort()
    await queued
  }
  const next = send(hop, { target: '/next' })
  running.abort()
  await first
  t.same(await readBody(await next), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 2)
  t.notMatch(origin.connections.map(({ received }) => received).join(), /queued/)
})

t.test('who waits longer than a connection and an answer may take is told that the peer is busy', async (t) => {
  const { origin, has, release } = await startHoldingOrigin(t)
  const { send, get, clock } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, firstByteTimeoutMs: 5_000 })
  const first = get({ ...hop, firstByteTimeoutMs: 60_000, untilHeadMs: 60_000 }, '/held')
  await has('/held')
  const waiting = send(hop, { target: '/next' })
  waiting.catch(() => {})
  clock.advance(5_950)
  const other = t.rejects(send({ ...hop, untilHeadMs: 50 }, { target: '/other' }), { code: 'UPSTREAM_BUSY' })
  clock.advance(50)
  await t.rejects(waiting, { code: 'UPSTREAM_BUSY', detail: { waitedMs: 6_000 } })
  await other
  release('/held')
  t.same(await first, { text: 'ok', fault: null })
})

t.test('a connection that cannot be opened lets the next one try', async (t) => {
  const { send, metrics } = startUpstream(t)
  const hop = hopTo('127.0.0.1:1', { maxConnections: 1, maxQueued: 50 })
  const sent = Array.from({ length: 51 }, () => t.rejects(send(hop), { code: 'UPSTREAM_CONNECT' }))
  await Promise.all(sent)
  t.equal(metrics.value('weir_upstream_connects_total', ['failed']), 51)
  t.equal(metrics.value('weir_upstream_connections'), 0)
})

t.test('an idle connection is closed when its time is over, and not used when that is near', async (t) => {
  const { origin } = await startHoldingOrigin(t)
  const { get, clock, metrics } = startUpstream(t)
  await get(hopTo(origin.address))
  clock.advance(3_950)
  await get(hopTo(origin.address))
  t.equal(origin.connections.length, 1, 'its time is counted from its last answer')
  clock.advance(3_950)
  t.equal(metrics.value('weir_upstream_connections'), 1)
  clock.advance(50)
  await ended(origin, 1)
  t.equal(metrics.value('weir_upstream_connections'), 0)
  t.equal(clock.pending, 0, 'and nothing is looked at any more')
  await get(hopTo(origin.address))
  t.equal(origin.connections.length, 2)
})

t.test('a promise of the peer shortens the time with a second to spare, and never makes it longer', async (t) => {
  for (const [promiseS, keptMs] of [
    [3, 2_000],
    [60, 4_000],
  ] as const) {
    const { origin } = await startHoldingOrigin(t, OK.replace('\r\n\r\n', `\r\nKeep-Alive: timeout=${promiseS}\r\n\r\n`))
    const { get, clock, metrics } = startUpstream(t)
    await get(hopTo(origin.address))
    clock.advance(keptMs - 50)
    t.equal(metrics.value('weir_upstream_connections'), 1)
    clock.advance(50)
    await ended(origin, 1)
  }
})

t.test('a promise of a second, or no time at all, keeps nothing', async (t) => {
  for (const [promise, keepAliveMs] of [
    ['Keep-Alive: timeout=1', 4_000],
    ['Keep-Alive: timeout=0', 4_000],
    ['X: y', 0],
  ] as const) {
    const { origin } = await startHoldingOrigin(t, OK.replace('\r\n\r\n', `\r\n${promise}\r\n\r\n`))
    const { get } = startUpstream(t)
    for (let i = 1; i <= 2; i += 1) {
      t.same(await get(hopTo(origin.address, { keepAliveMs })), { text: 'ok', fault: null })
      await ended(origin, i)
    }
  }
})

t.test('an idle connection that says something, or ends, is closed and not used again', async (t) => {
  const { origin } = await startHoldingOrigin(t)
  const { get } = startUpstream(t)
  const acts = [
    (at: number) => origin.connections[at]?.socket.write(OK),
    (at: number) => origin.connections[at]?.socket.write('x'),
    (at: number) => origin.connections[at]?.socket.end(),
    (at: number) => origin.connections[at]?.socket.resetAndDestroy(),
  ]
  for (const [at, act] of acts.entries()) {
    t.same(await get(hopTo(origin.address)), { text: 'ok', fault: null })
    act(at)
    await ended(origin, at + 1)
  }
  t.same(await get(hopTo(origin.address)), { text: 'ok', fault: null })
  t.equal(origin.connections.length, 5)
})

t.test('places come back however an exchange ends', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => {
    if (chunk.includes('/cut')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab')
    else if (chunk.includes('/reset')) socket.resetAndDestroy()
    else if (chunk.includes('/invalid')) socket.write('nonsense\r\n\r\n')
    else if (!chunk.includes('/silent')) socket.write(OK)
  })
  const { send, get, clock, metrics } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 0 })
  for (let round = 0; round < 3; round += 1) {
    t.match(await get(hop, '/cut'), { fault: { code: 'UPSTREAM_CUT' } })
    await t.rejects(send(hop, { target: '/reset', method: 'POST' }), { code: 'UPSTREAM_RESET' })
    await t.rejects(send(hop, { target: '/invalid' }), { code: 'UPSTREAM_INVALID' })
    const late = t.rejects(send(hop, { target: '/silent' }), { code: 'UPSTREAM_TIMEOUT' })
    await until(() => origin.connections.at(-1)?.received.includes('/silent'), { what: 'the silent request' })
    clock.advance(20_000)
    await late
    const cancelled = await send(hop, { target: '/ok' })
    cancelled.body.open({ write: () => true, end() {}, fail() {} }).cancel()
    t.same(await get(hop), { text: 'ok', fault: null })
  }
  t.equal(metrics.value('weir_upstream_connections'), 1, 'of all those, the last is left')
})

t.test('a client that leaves while its connection is opened leaves nothing behind', async (t) => {
  const { origin } = await startHoldingOrigin(t)
  const { send, get, metrics } = startUpstream(t)
  const hop = hopTo(origin.address, { maxConnections: 1, maxQueued: 0 })
  const wanted = new Abort()
  const gone = t.rejects(send(hop, { target: '/gone' }, wanted), { code: 'CLIENT_GONE' })
  wanted.abort()
  await gone
  t.same(await get(hop), { text: 'ok', fault: null }, 'its place is free at once')
  t.equal(metrics.value('weir_upstream_connects_total', ['abandoned']), 1)
  t.notMatch(origin.connections.map(({ received }) => received).join(), /gone/)
})
