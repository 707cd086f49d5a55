// Whatever an origin does and whatever becomes of the client, an exchange with a peer ends once, nobody gets what another asked for,
// a body that is told to be whole is whole, and in the end no connection and no timer is left.

import { createServer, type Socket } from 'node:net'
import t from 'tap'
import { Abort } from '../../edge/base/abort.ts'
import { EdgeError } from '../../edge/base/edge-error.ts'
import { systemFiles } from '../../edge/base/system/files.ts'
import { type Body, type BodySink, bytesBody } from '../../edge/http/body.ts'
import { Fields } from '../../edge/http/fields.ts'
import { Http1Upstream } from '../../edge/upstream/http1-upstream.ts'
import type { Hop } from '../../edge/upstream/upstream.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'

const ROUNDS = 200
const EXCHANGES = 40
const random = new SeededRandom(7)
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The whole body of the answer to one target, in many bytes or few. */
const pageOf = (target: string) => `page of ${target} `.repeat(target.endsWith('0') ? 9_000 : 1)

function answer(socket: Socket, target: string): void {
  const page = pageOf(target)
  const chunked = `Transfer-Encoding: chunked\r\n\r\n${page.length.toString(16)}\r\n${page}\r\n0\r\n\r\n`
  const length = `Content-Length: ${page.length}\r\n\r\n${page}`
  const head = 'HTTP/1.1 200 OK\r\n'
  const acts: (() => unknown)[] = [
    () => socket.write(head + length),
    () => socket.write(head + chunked),
    () => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${head}${length}`),
    () => socket.end(`${head}\r\n${page}`),
    () => socket.write(head + length, () => random.next() < 0.5 && socket.end()),
    () => socket.write(`${head}${length}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
    () => socket.write(`HTTP/1.1 413 Too Large\r\nContent-Length: ${page.length}\r\n\r\n${page}`),
    () => socket.write((head + chunked).slice(0, -20), () => socket.destroy()),
    () => socket.write((head + length).slice(0, -3), () => socket.resetAndDestroy()),
    () => socket.end(),
    () => socket.resetAndDestroy(),
    () => socket.write('nonsense\r\n\r\n'),
    () => socket.write('HTTP/1.1 200 O'),
    () => {},
  ]
  // The first half, where all goes well, is likelier.
  acts[random.next() < 0.6 ? random.integer(0, 4) : random.integer(0, acts.length - 1)]!()
}

const origin = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    const target = /^[A-Z]+ (\S+) HTTP/.exec(chunk.toString('latin1'))?.[1]
    if (target !== undefined) answer(socket, target)
  })
})
const sockets = new Set<Socket>()
origin.on('connection', (socket) => sockets.add(socket))
t.teardown(() => {
  for (const socket of sockets) socket.destroy()
  origin.close()
})
await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))

function requestBody(): Body | null {
  const kind = random.integer(0, 5)
  if (kind < 3) return null
  if (kind === 3) return bytesBody(Buffer.from('form'))
  const open = (sink: BodySink) => {
    const parts = random.integer(0, 5)
    const send = async () => {
      for (let i = 0; i < parts; i += 1) {
        sink.write(Buffer.alloc(random.integer(0, 20_000)))
        await turn()
      }
      if (kind === 4) sink.end()
      else sink.fail(new EdgeError('CLIENT_GONE'))
    }
    send().catch(t.threw)
    return { pause() {}, resume() {}, cancel() {} }
  }
  return { lengthBytes: null, open }
}

/** Reads as one of many kinds of clients; gives how it ended. */
function read(body: Body, heard: string[]): Promise<string> {
  const kind = random.integer(0, 4)
  let over = false
  return new Promise((resolve) => {
    const end = (how: string) => {
      if (over) t.fail(`${how} after the end`)
      over = true
      resolve(how)
    }
    const flow = body.open({
      write(chunk) {
        if (over) t.fail('a write after the end')
        heard.push(Buffer.from(chunk).toString('latin1'))
        if (kind !== 1) return true
        setImmediate(() => flow.resume())
        return false
      },
      end: () => end('end'),
      fail: () => end('fail'),
    })
    if (kind !== 2 || over) return
    flow.cancel()
    over = true
    resolve('cancelled')
  })
}

async function exchange(upstream: Http1Upstream, hop: Hop, target: string): Promise<string> {
  const wanted = new Abort()
  if (random.next() < 0.15)
    for (let turns = random.integer(0, 6), i = 0; i <= turns; i += 1) turn().then(() => i === turns && wanted.abort(), t.threw)
  const body = requestBody()
  const method = body === null ? random.pick(['GET', 'GET', 'POST', 'DELETE']) : random.pick(['POST', 'PUT'])
  try {
    const answered = await upstream.send({ method, target, fields: Fields.of({ Host: 'a' }), body }, hop, wanted)
    if (random.next() < 0.1) await turn()
    const heard: string[] = []
    const how = await read(answered.body, heard)
    const text = heard.join('')
    if (how === 'end' ? text !== pageOf(target) : !pageOf(target).startsWith(text)) t.fail(`${target}: ${how} with ${text.slice(0, 80)}`)
    return how
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown
    return thrown.code
  }
}

t.test(`${ROUNDS} rounds of ${EXCHANGES} exchanges with an origin and clients that do as they like`, async (t) => {
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const upstream = new Http1Upstream({ clock, timers: clock, files: systemFiles, metrics })
  const outcomes = new Map<string, number>()
  const { port } = origin.address() as { port: number }
  const tls = { serverName: null, verify: 'on', caFile: null } as const
  const times = { connectTimeoutMs: 1_000, firstByteTimeoutMs: 2_000, idleTimeoutMs: 3_000, untilHeadMs: 5_000, keepAliveMs: 1_000 }
  const hop: Hop = { scheme: 'http', address: `127.0.0.1:${port}`, maxConnections: 8, maxQueued: 45, tls, ...times }
  let left = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    left += EXCHANGES
    for (let i = 0; i < EXCHANGES; i += 1)
      exchange(upstream, hop, `/${round}/${i}`).then((how) => {
        left -= 1
        outcomes.set(how, (outcomes.get(how) ?? 0) + 1)
      }, t.threw)
    for (let i = 1; i < 200 && left > EXCHANGES / 2; i += 1) {
      await turn()
      if (i % 20 === 0) clock.advance(random.integer(0, 500))
    }
  }
  const over = async () => {
    clock.advance(500)
    await turn()
    return left === 0
  }
  await until(over, { what: 'all exchanges to end', everyMs: 1 })
  clock.advance(2_000)
  t.equal(metrics.value('weir_upstream_connections'), 0)
  t.equal(clock.pending, 0)
  for (const how of ['end', 'fail', 'cancelled', 'CLIENT_GONE', 'UPSTREAM_BUSY', 'UPSTREAM_RESET', 'UPSTREAM_TIMEOUT', 'UPSTREAM_INVALID'])
    t.ok((outcomes.get(how) ?? 0) > 5, `${how}: ${outcomes.get(how)}`)
  t.notOk(outcomes.has('INTERNAL'))
  await upstream.close()
})
