// Origins that break off, at every point of an exchange. A client gets a 502 or a body that is visibly cut; a write is never sent twice;
// what was only a stale connection nobody notices; and whoever asks for something else is served as ever.

import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { type Asked, type ByteOrigin, plainAnswer, startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { runLoad } from '../../support/load.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'

const FIELDS = 'Host: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n'
const UPLOAD_BYTES = 4 * 1024 * 1024
/** A cache may keep it, once it is whole. */
const MAX_AGE = 'Cache-Control: max-age=600'
const KEPT = `HTTP/1.1 200 OK\r\n${MAX_AGE}\r\n`
const HALF = 'Content-Length: 10\r\n\r\nhalf'
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n'

/** What an origin says before it breaks off. */
const PHASES: Readonly<Record<string, string>> = {
  nothing: '',
  'half a status line': 'HTTP/1.1 20',
  'a status line': 'HTTP/1.1 200 OK\r\n',
  'half a head': 'HTTP/1.1 200 OK\r\nContent-Length: 1',
  'an interim answer': 'HTTP/1.1 103 Early Hints\r\n\r\n',
  'a head': `${KEPT}Content-Length: 10\r\n\r\n`,
  'half a body': `${KEPT}${HALF}`,
  'half a chunk size': `${KEPT}${CHUNKED}1`,
  'half a chunk': `${KEPT}${CHUNKED}a\r\nhalf`,
  'a chunk': `${KEPT}${CHUNKED}4\r\nhalf\r\n`,
  'half of the last chunk': `${KEPT}${CHUNKED}4\r\nhalf\r\n0\r\n`,
}
const PHASE_NAMES = Object.keys(PHASES)
const hasHead = (phase: string) => /\r\n\r\n/.test(PHASES[phase] as string) && phase !== 'an interim answer'

/** How an origin breaks off. */
const WAYS: Readonly<Record<string, (asked: Asked) => void>> = {
  fin: ({ socket }) => void socket.end(),
  reset: ({ socket }) => void setImmediate(() => socket.resetAndDestroy()),
}

/** Plays the phase and the way that the target names: `/cut/PHASE/WAY/NUMBER`, or `/kept/cut/…`. */
function breakOff(asked: Asked): void {
  const [, cut, phase = '', way = ''] = asked.target.replace(/^\/kept/, '').split('/')
  if (cut !== 'cut') return void asked.socket.write(plainAnswer(asked.target, [MAX_AGE]))
  const words = PHASES[PHASE_NAMES[Number(phase)] as string] as string
  if (words === '') return WAYS[way]?.(asked)
  asked.socket.write(words, () => WAYS[way]?.(asked))
}

async function start(t: Test, port: number): Promise<TestEdge> {
  const pool = {
    peers: [{ address: `127.0.0.1:${port}` }],
    ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 },
    firstByteTimeoutMs: 5_000,
    keepAliveMs: 60_000,
  }
  return startEdge(t, {
    site: { pools: { shop: pool }, routes: { pages: { pool: 'shop', cache: { store: 'off' } }, kept: { path: '/kept/*', pool: 'shop' } } },
  })
}

const timesAsked = (origin: ByteOrigin, path: string) => origin.asked.filter(({ target }) => target === path).length

/** What came of one request, in a word. */
async function outcomeOf(edge: TestEdge, request: string): Promise<string> {
  const client = await WireClient.connect(null, edge.port)
  client.send(request)
  await client.comes(() => client.answers.length > 0 || client.end !== 'open' || client.fault !== null)
  client.socket.destroy()
  const answer = client.answers[0]
  if (answer !== undefined) return answer.status === 200 ? `200 ${answer.text}` : String(answer.status)
  if (client.end === 'open' || client.fault !== null) return client.describe()
  return 'half'.startsWith(String(client.partialBody ?? '')) ? 'cut' : client.describe()
}

for (const way of Object.keys(WAYS)) {
  for (const method of ['GET', 'POST']) {
    t.test(`${method}, and the origin breaks off by ${way}: a 502 or a cut, at every point`, async (t) => {
      const origin = await startByteOrigin(t, breakOff)
      const edge = await start(t, origin.port)
      for (const [number, phase] of PHASE_NAMES.entries()) {
        const path = `/cut/${number}/${way}/1`
        const body = method === 'POST' ? 'Content-Length: 5\r\n\r\nhello' : '\r\n'
        const outcome = await outcomeOf(edge, `${method} ${path} HTTP/1.1\r\n${FIELDS}${body}`)
        // A reset may overtake what was said before it.
        t.ok(outcome === '502' || (hasHead(phase) && outcome === 'cut'), `after ${phase}: ${outcome}`)
        const asked = timesAsked(origin, path)
        if (method === 'POST' || hasHead(phase)) t.equal(asked, 1, `after ${phase}: asked once`)
        else t.ok(asked >= 1 && asked <= 2, `after ${phase}: asked ${asked} times`)
      }
      t.equal(await outcomeOf(edge, `GET /fine HTTP/1.1\r\n${FIELDS}\r\n`), '200 /fine')
      await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
      t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
    })
  }
}

for (const way of Object.keys(WAYS)) {
  t.test(`what breaks off by ${way} is never kept, at no point`, async (t) => {
    const origin = await startByteOrigin(t, breakOff)
    const edge = await start(t, origin.port)
    const get = (path: string) => `GET ${path} HTTP/1.1\r\n${FIELDS}\r\n`
    for (const [number, phase] of PHASE_NAMES.entries()) {
      const path = `/kept/cut/${number}/${way}/1`
      for (const time of ['first', 'second']) {
        const before = timesAsked(origin, path)
        const outcome = await outcomeOf(edge, get(path))
        t.ok(outcome === '502' || (hasHead(phase) && outcome === 'cut'), `after ${phase}, the ${time} time: ${outcome}`)
        t.ok(timesAsked(origin, path) > before, `after ${phase}, the ${time} time: the origin is asked`)
      }
    }
    for (let time = 0; time < 2; time += 1) t.equal(await outcomeOf(edge, get('/kept/fine')), '200 /kept/fine')
    t.equal(timesAsked(origin, '/kept/fine'), 1, 'what is whole is kept')
  })
}

t.test('breaking off of all kinds among 2,000 requests hurts nobody else', { timeout: 120_000 }, async (t) => {
  const origin = await startByteOrigin(t, breakOff)
  const edge = await start(t, origin.port)
  const wrong: string[] = []
  const send = async (index: number) => {
    const isFine = index % 2 === 0
    const path = isFine ? `/fine/${index}` : `/cut/${index % PHASE_NAMES.length}/${index % 4 === 1 ? 'fin' : 'reset'}/${index}`
    const outcome = await outcomeOf(edge, `GET ${path} HTTP/1.1\r\n${FIELDS}\r\n`)
    if (isFine ? outcome !== `200 ${path}` : outcome !== '502' && outcome !== 'cut') wrong.push(`${path}: ${outcome}`)
    return 200
  }
  const report = await runLoad(send, { total: 2_000, inFlight: 16 })
  t.same(report.failures, [])
  t.same(wrong, [])
  t.same(origin.faults, [])
})

t.test('a kept connection that breaks as it is used: a read is asked again, a write is not', async (t) => {
  const served = new Set<number>()
  const origin = await startByteOrigin(t, (asked) => {
    const { connection, socket, target } = asked
    if (target === '/first' || !served.has(connection)) {
      served.add(connection)
      return void socket.write(plainAnswer(target))
    }
    socket.resetAndDestroy()
  })
  const edge = await start(t, origin.port)
  for (let round = 0; round < 5; round += 1) {
    t.equal(await outcomeOf(edge, `GET /first HTTP/1.1\r\n${FIELDS}\r\n`), '200 /first')
    t.equal(await outcomeOf(edge, `GET /read/${round} HTTP/1.1\r\n${FIELDS}\r\n`), `200 /read/${round}`)
    t.equal(timesAsked(origin, `/read/${round}`), 2, 'on a new connection')
    t.equal(await outcomeOf(edge, `POST /write/${round} HTTP/1.1\r\n${FIELDS}Content-Length: 5\r\n\r\nhello`), '502')
    t.equal(timesAsked(origin, `/write/${round}`), 1, 'a write is sent once')
  }
})

t.test('a kept connection that the origin has closed is not used: not even a write fails', async (t) => {
  const origin = await startByteOrigin(t, ({ socket, target }) => void socket.write(plainAnswer(target)))
  const edge = await start(t, origin.port)
  for (let round = 1; round <= 10; round += 1) {
    t.equal(await outcomeOf(edge, `POST /${round} HTTP/1.1\r\n${FIELDS}Content-Length: 5\r\n\r\nhello`), `200 /${round}`)
    const { socket, connection } = origin.asked.at(-1) as Asked
    t.equal(connection, round, 'each on a connection of its own')
    socket.end()
    await until(() => origin.isClosed(connection), { what: 'the edge to let go of it' })
  }
})

t.test('an origin that takes connections and breaks them at once', async (t) => {
  const server = createServer((socket) => socket.resetAndDestroy())
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const edge = await start(t, (server.address() as { port: number }).port)
  const outcomes = new Set<string>()
  for (let i = 0; i < 20; i += 1) outcomes.add(await outcomeOf(edge, `GET / HTTP/1.1\r\n${FIELDS}\r\n`))
  t.ok(
    [...outcomes].every((outcome) => outcome === '502' || outcome === '503'),
    [...outcomes].join(),
  )
})

/** Uploads `UPLOAD_BYTES` and gives the client, without waiting for an answer. */
async function uploader(t: Test, edge: TestEdge, path: string): Promise<WireClient> {
  const client = await WireClient.connect(t, edge.port)
  client.send(`POST ${path} HTTP/1.1\r\n${FIELDS}Content-Length: ${UPLOAD_BYTES}\r\n\r\n`)
  return client
}

t.test('an origin that breaks off within an upload: 502, and the upload is not begun again', async (t) => {
  const origin = await startByteOrigin(t, ({ socket }) => void socket.once('data', () => socket.resetAndDestroy()), 'head')
  const edge = await start(t, origin.port)
  const client = await uploader(t, edge, '/upload')
  await until(() => origin.asked.length === 1, { what: 'the upload to begin' })
  client.send(Buffer.alloc(256 * 1024))
  t.equal((await client.answered(1)).status, 502)
  client.send(Buffer.alloc(256 * 1024))
  t.not(await client.closed(), 'open')
  t.equal(origin.asked.length, 1)
})

for (const end of ['closes', 'keeps'] as const) {
  t.test(
    `an origin that refuses an upload before it is whole and ${end} the connection: the client is told, nobody is mixed up`,
    async (t) => {
      const refusal = `HTTP/1.1 413 Too Large\r\n${end === 'closes' ? 'Connection: close\r\n' : ''}Content-Length: 2\r\n\r\nno`
      const origin = await startByteOrigin(
        t,
        ({ socket, target }) => {
          if (target !== '/upload') return void socket.write(plainAnswer(target))
          socket.write(refusal)
          if (end === 'closes') socket.end()
        },
        'head',
      )
      const edge = await start(t, origin.port)
      const client = await uploader(t, edge, '/upload')
      client.send(Buffer.alloc(64 * 1024))
      t.match(await client.answered(1), { status: 413, text: 'no' })
      const others = await runLoad(
        async (index) => {
          const outcome = await outcomeOf(edge, `GET /other/${index} HTTP/1.1\r\n${FIELDS}\r\n`)
          return outcome === `200 /other/${index}` ? 200 : 500
        },
        { total: 50, inFlight: 4 },
      )
      t.same(others.statuses, { 200: 50 })
      const { connection } = origin.asked[0] as Asked
      t.equal(origin.asked.filter((asked) => asked.connection === connection).length, 1, 'the connection of the upload serves nobody else')
      t.same(origin.faults, [], 'no byte of the upload is read as a request')
    },
  )
}
