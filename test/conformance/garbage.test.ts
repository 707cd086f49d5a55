// Random bytes on many connections, to the edge and from the origin: whatever comes, the process lives, frees all and serves on.

import { type AddressInfo, connect, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { request, type TestAnswer } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import type { Scope } from '../support/scope.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { startWeir } from '../support/weir.ts'

const ROUNDS = Number(process.env.WEIR_GARBAGE_ROUNDS ?? 400)
const AT_ONCE = 40
const PATIENCE_MS = 300
const SEED = Number(process.env.WEIR_GARBAGE_SEED ?? 20_260_101)

const PIECES: readonly string[] = [
  ...[
    'GET ',
    'POST ',
    'HEAD ',
    'CONNECT ',
    'OPTIONS ',
    'PUT ',
    'x ',
    '/',
    '/a?b',
    '*',
    'http://a/',
    'a:80',
    ' HTTP/1.1',
    ' HTTP/1.0',
    ' HTTP/2.0',
  ],
  ...['\r\n', '\n', '\r', '\r\n\r\n', 'Host: a\r\n', 'Host: b\r\n', 'Content-Length: 5\r\n', 'Content-Length: 99999999999999999999\r\n'],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Connection: close\r\n',
    'Connection: upgrade\r\nUpgrade: h2c\r\n',
  ],
  ...[
    'Expect: 100-continue\r\n',
    'Trailer: x\r\n',
    'Range: bytes=0-1\r\n',
    'Cookie: a=b\r\n',
    'X: \xff\xfe\r\n',
    'X: \0\r\n',
    ': \r\n',
    'TE: trailers\r\n',
  ],
  ...[
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'ffffffffffffffff\r\n',
    '5;a=b\r\nhello\r\n',
    '-1\r\n',
    'hello',
    '\0\0\0',
    '\x16\x03\x01',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ],
]
const WHOLE = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const ANSWERS: readonly string[] = [
  ...[
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 204 No Content\r\n',
    'HTTP/1.1 304 Not Modified\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Early\r\n\r\n',
  ],
  ...[
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.0 500 No\r\n',
    'HTTP/1.1 999 Odd\r\n',
    'HTTP/1.1 099 Odd\r\n',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'Trailer: x\r\n',
    'Keep-Alive: timeout=0\r\n',
    'X: \x01\r\n',
    'X: \xff\r\n',
  ],
  ...[
    'Cache-Control: max-age=60\r\n',
    'Vary: *\r\n',
    'Set-Cookie: a\r\n',
    '\r\n',
    '\r\n\r\n',
    'hello',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'zz\r\n',
    'garbage',
  ],
]

function mixed(random: SeededRandom, pieces: readonly string[], most: number): Buffer {
  const text = Array.from({ length: random.integer(1, most) }, () =>
    random.next() < 0.1 ? Buffer.from(random.hex(random.integer(1, 40)), 'hex').toString('latin1') : random.pick(pieces),
  )
  return Buffer.from(text.join(''), 'latin1')
}

/** Sends one mixture in a few writes, and leaves in one of the ways that clients leave; never throws. */
function throwGarbage(port: number, random: SeededRandom): Promise<void> {
  const bytes = Buffer.concat([Buffer.from(random.next() < 0.4 ? WHOLE : ''), mixed(random, PIECES, 12)])
  const cut = random.integer(0, bytes.length)
  const leaving = random.pick(['wait', 'end', 'destroy', 'reset'] as const)
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS)
    socket.on('data', () => {})
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.on('connect', () => {
      socket.write(bytes.subarray(0, cut))
      setImmediate(() => {
        if (leaving !== 'end') socket.write(bytes.subarray(cut))
        if (leaving === 'end') socket.end(bytes.subarray(cut))
        if (leaving === 'destroy') socket.destroy()
        if (leaving === 'reset') socket.resetAndDestroy()
      })
    })
  })
}

async function start(t: Scope, to: string) {
  const weir = await startWeir(t, [
    'proxy',
    '--to',
    to,
    '--listen',
    '127.0.0.1:0',
    '--admin',
    '127.0.0.1:0',
    '--workers',
    '2',
    '--origin-timeout',
    '500ms',
  ])
  const admin = Number((await weir.waitForLine(/weir: admin on http:\/\/127\.0\.0\.1:(\d+)/))[1])
  const metric = async (name: string) => {
    const { text } = await request({ port: admin, path: '/metrics' })
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  }
  return { weir, metric }
}

/** The answer to a page, or null when it is none of the origin's. */
async function answered(port: number, pathOf: () => string): Promise<TestAnswer | null> {
  const answer = await request({ port, path: pathOf() })
  return answer.status === 200 ? answer : null
}

async function inLanes(rounds: number, work: () => Promise<void>): Promise<void> {
  let left = rounds
  const lane = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

async function expectWell(t: Test, { weir, metric }: Awaited<ReturnType<typeof start>>): Promise<void> {
  await until(async () => (await metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  await until(async () => (await metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  t.equal(await metric('weir_worker_restarts_total'), 0, 'no worker ended')
  t.notMatch(weir.output, /INTERNAL|TypeError|worker-ended/)
  t.same(await weir.stop(), { code: 0, signal: null })
}

t.test(`garbage from clients (seed ${SEED})`, async (t) => {
  const origin = await startOrigin(t, { body: 'origin' })
  const edge = await start(t, origin.url)
  const random = new SeededRandom(SEED)
  await inLanes(ROUNDS, () => throwGarbage(edge.weir.port, random))
  // A busy machine may have kept the origin from answering in its short time, for which it is left alone for a while.
  const after = await until(() => answered(edge.weir.port, () => '/after'), { what: 'an answer of the origin', deadlineMs: 60_000 })
  t.equal(after?.text, 'origin')
  await expectWell(t, edge)
})

t.test(`garbage from an origin (seed ${SEED})`, async (t) => {
  const random = new SeededRandom(SEED)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.includes('/after')) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell')
      socket.write(mixed(random, ANSWERS, 8))
      const leaving = random.next()
      if (leaving < 0.3) socket.end()
      else if (leaving < 0.4) socket.resetAndDestroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const edge = await start(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  let round = 0
  await inLanes(ROUNDS, async () => {
    round += 1
    // Broken off, refused or answered: all are fine, as long as each comes to an end.
    await request({ port: edge.weir.port, method: random.pick(['GET', 'HEAD', 'POST']), path: `/${round}` }).catch((cause: Error) => {
      t.notMatch(cause.message, /no whole answer within/)
    })
  })
  const after = await until(() => answered(edge.weir.port, () => `/after?${round++}`), {
    what: 'an ejected origin to be asked again',
    deadlineMs: 60_000,
  })
  t.equal(after?.text, 'well')
  await expectWell(t, edge)
})
