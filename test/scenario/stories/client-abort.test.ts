// Clients that break off, at every point of an exchange, and clients that only close their sending side. What nobody waits for any more is
// called off at the origin; who has said all and still listens gets the answer.

import t, { type Test } from 'tap'
import { type Asked, type ByteOrigin, plainAnswer, startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'

const FIELDS = 'Host: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n'
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${FIELDS}\r\n`
const post = (path: string, body: string, bytes = body.length) =>
  `POST ${path} HTTP/1.1\r\n${FIELDS}Content-Length: ${bytes}\r\n\r\n${body}`

const PIECE = Buffer.alloc(16 * 1024, 'x')
const PIECES = 20
const PIECE_MS = 250
/** Much longer than between two pieces, on a busy machine too; all pieces together take longer still. */
const HALF_CLOSE_MS = 2_000

/** Says `beginning`, then a piece now and then, then ends as an answer of that length does. */
function drip({ socket }: Asked): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${PIECES * PIECE.length}\r\n\r\n`)
  let left = PIECES
  const timer = setInterval(() => {
    socket.write(PIECE)
    left -= 1
    if (left === 0) clearInterval(timer)
  }, PIECE_MS)
  socket.once('close', () => clearInterval(timer))
}

const SCRIPTS: Readonly<Record<string, (asked: Asked) => void>> = {
  '/quick': ({ socket, target }) => void socket.write(plainAnswer(target)),
  '/drip': drip,
  '/begun': ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf'),
}

function serve(asked: Asked): void {
  SCRIPTS[asked.target]?.(asked) // Everything else is never answered.
}

async function start(t: Test, halfCloseMs: number): Promise<{ origin: ByteOrigin; edge: TestEdge }> {
  const origin = await startByteOrigin(t, serve, 'head')
  const edge = await startEdge(t, {
    bootstrap: { halfCloseMs },
    site: {
      pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
      routes: { pages: { pool: 'shop', cache: { store: 'off' } } },
    },
  })
  return { origin, edge }
}

const idle = async (edge: TestEdge) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'the places of the clients to be free' })
}

const PHASES: Readonly<Record<string, string>> = {
  'before the head of the answer': get('/silent'),
  'within the answer': get('/begun'),
  'within an upload': post('/silent', 'half', 1_000_000),
  'within a chunk of an upload': `POST /silent HTTP/1.1\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
  'between two requests that are both sent': get('/begun') + get('/quick'),
}

for (const leaving of ['a reset', 'an ordinary close'] as const) {
  t.test(`a client leaves with ${leaving}, and its request to the origin is called off`, async (t) => {
    const { origin, edge } = await start(t, 0)
    for (const [phase, bytes] of Object.entries(PHASES)) {
      const before = origin.asked.length
      const client = await WireClient.connect(t, edge.port)
      client.send(bytes)
      await until(() => origin.asked.length > before, { what: `a request ${phase}` })
      if (leaving === 'a reset') client.socket.resetAndDestroy()
      else client.socket.destroy()
      const { connection } = origin.asked[before] as Asked
      await until(() => origin.isClosed(connection), { what: `it to be called off ${phase}` })
      await idle(edge)
      t.equal(origin.asked.length, before + 1, `${phase}: nothing more is asked for it`)
    }
    t.equal(await edge.metric('weir_peer_ejections_total'), 0, 'nobody holds it against the origin')
    t.same(origin.faults, [])
  })
}

t.test('a client that has said all and closes its side gets its answer', async (t) => {
  const { origin, edge } = await start(t, HALF_CLOSE_MS)
  const requests = { POST: post('/quick', 'hello'), 'POST with a long body': post('/quick', 'x'.repeat(300_000)), GET: get('/quick') }
  for (const [what, bytes] of Object.entries(requests)) {
    // Twice: the first time there is no connection to the origin yet.
    for (const time of ['first', 'second']) {
      const client = await WireClient.connect(t, edge.port)
      client.send(bytes)
      client.socket.end()
      await client.closed()
      t.same(
        client.answers.map(({ status, text }) => [status, text]),
        [[200, '/quick']],
        `${what}, the ${time} time: ${client.describe()}`,
      )
    }
  }
  await idle(edge)
  t.same(origin.faults, [])
})

t.test('several requests at once and then the end: all are answered', async (t) => {
  const { edge } = await start(t, HALF_CLOSE_MS)
  const client = await WireClient.connect(t, edge.port)
  client.send(get('/quick') + post('/quick', 'hello') + get('/quick'))
  client.socket.end()
  await client.closed()
  t.same(
    client.answers.map(({ text }) => text),
    ['/quick', '/quick', '/quick'],
    client.describe(),
  )
})

t.test('a client that has closed its side gets the whole of a long answer, for as long as there is something to send', async (t) => {
  const { edge } = await start(t, HALF_CLOSE_MS)
  const client = await WireClient.connect(t, edge.port)
  client.send(get('/drip'))
  client.socket.end()
  const began = performance.now()
  await client.closed()
  t.equal(client.answers[0]?.text.length, PIECES * PIECE.length, client.describe().slice(0, 80))
  t.ok(performance.now() - began > 2 * HALF_CLOSE_MS, 'it took longer than a client is worked for in silence')
})

t.test('a client that has closed its side is not worked for without an end', async (t) => {
  const { origin, edge } = await start(t, HALF_CLOSE_MS)
  const client = await WireClient.connect(t, edge.port)
  client.send(get('/silent'))
  await until(() => origin.asked.length === 1, { what: 'the request at the origin' })
  client.socket.end()
  const began = performance.now()
  await until(() => origin.isClosed(1), { what: 'the request to be called off' })
  t.ok(performance.now() - began > HALF_CLOSE_MS / 2, 'but it is for a while')
  await client.closed()
  await idle(edge)
})

t.test('with a time of 0, a client that closes its side is gone', async (t) => {
  const { origin, edge } = await start(t, 0)
  const client = await WireClient.connect(t, edge.port)
  client.send(get('/silent'))
  await until(() => origin.asked.length === 1, { what: 'the request at the origin' })
  client.socket.end()
  await until(() => origin.isClosed(1), { what: 'the request to be called off' })
  await client.closed()
  await idle(edge)
})
