// Valid requests with a few bytes changed where framing is decided, through a real edge. Whatever comes of each, the origin gets whole
// requests framed in one way only, and never more of them than the client gets answers.

import t from 'tap'
import { startCopyingProxy } from '../support/copying-proxy.ts'
import { startEdge } from '../support/edge.ts'
import { type RecordedRequest, type RecordingOrigin, startRecordingOrigin } from '../support/recording-origin.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { fieldOf } from '../support/strict-reader.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { changedRequest } from './corpus/changed-requests.ts'

const ROUNDS = Number(process.env.WEIR_FUZZ_ROUNDS ?? 5_000)
const SEED = Number(process.env.WEIR_FUZZ_SEED ?? 20_260_201)
const DEADLINE_MS = 20_000
const MOST_FAULTS = 20

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

/** What came of many rounds. */
interface Outcome {
  readonly faults: readonly string[]
  readonly passed: number
  readonly refused: number
}

async function fuzz(port: number, origin: RecordingOrigin, rounds: number): Promise<Outcome> {
  const random = new SeededRandom(SEED)
  const faults: string[] = []
  let before = ''
  let passed = 0
  let refused = 0
  for (let round = 0; round < rounds && faults.length < MOST_FAULTS; round += 1) {
    const bytes = changedRequest(random)
    const client = await sendThrough(port, bytes, random)
    const { requests, faults: seen } = origin.take()
    const found = [...seen, ...requests.map(framingFault).filter((fault) => fault !== null)]
    if (client.end === 'open') found.push('the connection stays open')
    if (client.fault !== null) found.push(`the client read ${client.fault}`)
    if (requests.length > client.answers.length) found.push(`${requests.length} requests at the origin`)
    // What comes late is found a round later, so the bytes before are told too.
    const text = JSON.stringify(bytes.toString('latin1'))
    if (found.length > 0) faults.push(`${text}, after ${before}: ${found.join('; ')}; ${client.describe()}`)
    before = text
    if (requests.length > 0) passed += 1
    else if (client.answers.length > 0) refused += 1
  }
  return { faults, passed, refused }
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

t.test(`${ROUNDS} requests with changed bytes (seed ${SEED})`, { timeout: 240_000 }, async (t) => {
  const { faults, passed, refused } = await fuzz(edge.port, origin, ROUNDS)
  t.same(faults, [])
  // If all were refused, or all passed, nothing would have been tried.
  t.ok(passed > ROUNDS / 20 && refused > ROUNDS / 20, `${passed} passed, ${refused} refused`)
})

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.same(origin.take(), { requests: [], faults: [] }, 'nothing came late')
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})

t.test('a proxy that copies what it reads is found out at once', async (t) => {
  const behind = await startRecordingOrigin(t)
  const { faults } = await fuzz(await startCopyingProxy(t, behind.port), behind, 200)
  t.equal(faults.length, MOST_FAULTS)
})
