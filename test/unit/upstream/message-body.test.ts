import t from 'tap'
import type { UpstreamAnswer } from '../../../edge/upstream/upstream.ts'
import { until } from '../../support/until.ts'
import { laneWorld } from './lane-world.ts'
import { startRawOrigin } from './raw-origin.ts'
import { readBody } from './send-one.ts'

const HEADS = {
  'with a length': 'HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\n',
  'in chunks': 'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n',
  'until it closes': 'HTTP/1.1 403 Forbidden\r\n\r\n',
}

type World = Awaited<ReturnType<typeof laneWorld>>

async function answerOf({ open }: World, address: string): Promise<UpstreamAnswer> {
  const opened = await open(address, { hop: { idleTimeoutMs: 7_000 } })
  if (opened.kind !== 'answered') throw new Error('it switched')
  return opened.answer
}

t.test('a body that is cut looks cut, however its end would have been told', async (t) => {
  for (const [name, head] of Object.entries(HEADS)) {
    for (const when of ['before it is read', 'while it is read'] as const) {
      const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${head}half`))
      const world = await laneWorld(t)
      const answer = await answerOf(world, origin.address)
      const { socket } = origin.connections[0]!
      const reset = () => {
        socket.resetAndDestroy()
        return new Promise((resolve) => socket.once('close', resolve))
      }
      if (when === 'before it is read') await reset()
      const reading = readBody(answer)
      if (when === 'while it is read') await reset()
      t.match(await reading, { fault: { code: 'UPSTREAM_CUT' } }, `${name}, ${when}`)
      t.equal(world.clock.pending, 0)
    }
  }
  for (const [name, head] of Object.entries(HEADS).slice(0, 2)) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.end(`${head}half`))
    t.match(
      await readBody(await answerOf(await laneWorld(t), origin.address)),
      { text: 'half', fault: { code: 'UPSTREAM_CUT' } },
      `closed, ${name}`,
    )
  }
})

t.test('an answer without a body ends at once', async (t) => {
  for (const status of ['204 No Content', '304 Not Modified', '403 Forbidden\r\nContent-Length: 0']) {
    const origin = await startRawOrigin(t, ({ socket }) => socket.write(`HTTP/1.1 ${status}\r\n\r\n`))
    const world = await laneWorld(t)
    t.same(await readBody(await answerOf(world, origin.address)), { text: '', fault: null }, status)
    await until(() => origin.connections[0]!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
    t.equal(world.clock.pending, 0)
  }
})

t.test('a peer that is silent within its body is given up, but not while its reader rests', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${HEADS['with a length']}half`))
  const world = await laneWorld(t)
  const answer = await answerOf(world, origin.address)
  let fault: unknown = null
  let text = ''
  const flow = answer.body.open({
    write(chunk) {
      text += String(chunk)
      return false
    },
    end() {},
    fail(cause) {
      fault = cause
    },
  })
  await until(() => text === 'half', { what: 'the first half', everyMs: 1 })
  world.clock.advance(60_000)
  t.equal(fault, null)
  flow.resume()
  world.clock.advance(6_999)
  t.equal(fault, null)
  world.clock.advance(1)
  t.match(fault, { code: 'UPSTREAM_CUT', detail: { silentMs: 7_000 } })
  await until(() => origin.connections[0]!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
  t.equal(world.clock.pending, 0)
})

t.test('a body that nobody wants ends the connection', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(`${HEADS['until it closes']}half`))
  const world = await laneWorld(t)
  const answer = await answerOf(world, origin.address)
  answer.body.open({ write: () => true, end: () => t.fail('it ended'), fail: () => t.fail('it failed') }).cancel()
  await until(() => origin.connections[0]!.socket.destroyed, { what: 'the connection to end', everyMs: 1 })
  t.equal(world.clock.pending, 0)
})

t.test('a body that nobody reads is not read from the peer beyond a bound', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => {
    socket.write(HEADS['until it closes'])
    for (let i = 0; i < 200; i++) socket.write(Buffer.alloc(100_000))
  })
  const world = await laneWorld(t)
  await answerOf(world, origin.address)
  const { socket } = origin.connections[0]!
  let before = -1
  await until(
    () => {
      const stuck = socket.bytesWritten - socket.writableLength === before && before > 0
      before = socket.bytesWritten - socket.writableLength
      return stuck
    },
    { what: 'the peer to be stuck', everyMs: 50 },
  )
  t.ok(socket.writableLength > 5_000_000, 'most of it waits at the peer')
})
