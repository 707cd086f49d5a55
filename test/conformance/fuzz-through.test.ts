// Valid requests with a few bytes changed where framing is decided, through a real edge. Whatever comes of each, the origin gets whole
// requests framed in one way only, and never more of them than the client gets answers.

import t from 'tap'
import { startEdge } from '../support/edge.ts'
import { type RecordedRequest, startRecordingOrigin } from '../support/recording-origin.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { fieldOf } from '../support/strict-reader.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

const ROUNDS = Number(process.env.WEIR_FUZZ_ROUNDS ?? 3_000)
const SEED = Number(process.env.WEIR_FUZZ_SEED ?? 20_260_201)
const DEADLINE_MS = 5_000

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n'
const SEEDS: readonly string[] = [
  'GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n',
  'GET http://a/a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X\r\nX: y\r\n\r\n',
  `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
  'PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n',
  `POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${HIDDEN}`,
  `DELETE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello${HIDDEN}`,
  `GET /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello${HIDDEN}`,
  `GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${HIDDEN}`,
]
/** What is put in: whatever frames, ends, folds, hides or repeats. */
const PIECES: readonly string[] = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\n\r',
    '\r\n\r\n',
    '\n\n',
    ' ',
    '\t',
    '\0',
    '\x0b',
    '\x0c',
    '\x7f',
    '\x80',
    '\x85',
    '\xa0',
    ':',
    ',',
    ';',
    '"',
    '=',
    '_',
  ],
  ...['0', '1', '5', '-', '+', '0x', 'f', 'ffffffff', '0\r\n\r\n', '5\r\nhello\r\n', 'chunked', 'identity', 'gzip, ', ', chunked', 'close'],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 0\r\n',
    'Content-Length:\r\n',
    'Content_Length: 5\r\n',
    'content-length: 43\r\n',
    ' Content-Length: 5\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding : chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'Transfer_Encoding: chunked\r\n',
    'TE: chunked\r\n',
  ],
  ...[
    'Host: b\r\n',
    'Host:\r\n',
    'Connection: close\r\n',
    'Connection: Content-Length\r\n',
    'Expect: 100-continue\r\n',
    'X: y\r\n',
    ' folded\r\n',
    HIDDEN,
  ],
]
/** Where a change is most likely to matter. */
const PLACES = /\r\n|\n|:|Content-Length|Transfer-Encoding|chunked|Host| HTTP|\d+/g

function mutated(random: SeededRandom): Buffer {
  let text = random.pick(SEEDS)
  for (let left = random.integer(1, 3); left > 0; left -= 1) text = changed(text, random)
  return Buffer.from(text, 'latin1')
}

function changed(text: string, random: SeededRandom): string {
  const places = [...text.matchAll(PLACES)].flatMap(({ index, 0: found }) => [index, index + found.length])
  const at = random.next() < 0.8 && places.length > 0 ? random.pick(places) : random.integer(0, text.length)
  const [before, behind] = [text.slice(0, at), text.slice(at)]
  const what = random.next()
  if (what < 0.5) return before + random.pick(PIECES) + behind
  if (what < 0.7) return before + behind.slice(random.integer(1, 3))
  const bit = 1 << random.integer(0, 7)
  if (what < 0.85) return before + String.fromCharCode((behind.charCodeAt(0) || 0) ^ bit) + behind.slice(1)
  // A stretch of the head said twice, or its case turned.
  const stretch = behind.slice(0, random.integer(1, 30))
  return what < 0.95 ? before + stretch + behind : before + stretch.toUpperCase() + behind.slice(stretch.length)
}

/** Sends the bytes in one or two pieces, ends, and waits for the edge to end too. */
async function sendThrough(port: number, bytes: Buffer, random: SeededRandom): Promise<WireClient> {
  const client = await WireClient.connect(null, port)
  const cut = random.integer(0, bytes.length)
  client.send(bytes.subarray(0, cut))
  await new Promise((resolve) => setImmediate(resolve))
  client.send(bytes.subarray(cut))
  // What cannot come to its end comes to one now, so that no round waits for a deadline.
  client.socket.end()
  await client.comes(() => client.end !== 'open', DEADLINE_MS)
  client.socket.destroy()
  return client
}

function framingFault({ message }: RecordedRequest): string | null {
  const [length, coding] = [fieldOf(message, 'content-length'), fieldOf(message, 'transfer-encoding')]
  const isFine = (coding === null && (length === null || /^\d+$/.test(length))) || (length === null && coding === 'chunked')
  return isFine ? null : `framed by ${length} and ${coding}`
}

const origin = await startRecordingOrigin(t)
const edge = await startEdge(t, {
  // A client that has ended its side is served to the end, however busy the machine is.
  bootstrap: { halfCloseMs: 10_000 },
  site: {
    pools: { origin: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1, ejection: { consecutiveFailures: 1_000 } } },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})

t.test(`${ROUNDS} requests with changed bytes (seed ${SEED})`, { timeout: 110_000 }, async (t) => {
  const random = new SeededRandom(SEED)
  const faults: string[] = []
  let before = ''
  const outcomes = { passed: 0, refused: 0, neither: 0 }
  for (let round = 0; round < ROUNDS && faults.length < 20; round += 1) {
    const bytes = mutated(random)
    const client = await sendThrough(edge.port, bytes, random)
    const { requests, faults: seen } = origin.take()
    const found = [...seen, ...requests.map(framingFault).filter((fault) => fault !== null)]
    if (client.end === 'open') found.push('the connection stays open')
    if (client.fault !== null) found.push(`the client read ${client.fault}`)
    if (requests.length > client.answers.length) found.push(`${requests.length} requests at the origin`)
    // What comes late is found a round later, so the bytes before are told too.
    const text = JSON.stringify(bytes.toString('latin1'))
    if (found.length > 0) faults.push(`${text}, after ${before}: ${found.join('; ')}; ${client.describe()}`)
    before = text
    outcomes[requests.length > 0 ? 'passed' : client.answers.length > 0 ? 'refused' : 'neither'] += 1
  }
  t.same(faults, [])
  // If all were refused, or all passed, nothing would have been tried.
  t.ok(outcomes.passed > ROUNDS / 20 && outcomes.refused > ROUNDS / 20, JSON.stringify(outcomes))
})

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.same(origin.take(), { requests: [], faults: [] }, 'nothing came late')
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})
