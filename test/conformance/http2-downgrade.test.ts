// HTTP/2 in front of HTTP/1.1, through a real edge with TLS: whatever frames a client sends, the origin sees the requests that were meant,
// framed as Weir framed them, with no field, no request and no byte in them that a client has put together from others.

import t from 'tap'
import { TestAuthority } from '../support/certificates.ts'
import { startEdge } from '../support/edge.ts'
import { freePort } from '../support/free-port.ts'
import { END_STREAM, type Field, FrameClient, get, HEADERS, head, RST_STREAM } from '../support/http2-frames.ts'
import { echoOf, type RecordedRequest, type RecordingOrigin, startRecordingOrigin } from '../support/recording-origin.ts'
import type { Scope } from '../support/scope.ts'
import { fieldOf } from '../support/strict-reader.ts'
import { until } from '../support/until.ts'
import { startCarelessGateway } from './careless-gateway.ts'
import { refusedHeads, takenHeads } from './corpus/http2-heads.ts'
import { type Http2Message, http2Messages } from './corpus/http2-messages.ts'

const DEADLINE_MS = 20_000
/** A gateway that fails may leave its client without an answer. */
const CARELESS_DEADLINE_MS = 150
const PROBE = 101
/** `:status 200` in the static table of HPACK. */
const OK = 0x88
/** What Weir tells an origin of each request. */
const ADDED = [
  ...['host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'via', 'cdn-loop', 'traceparent', 'x-request-id'],
]

/** A case: what is sent on stream 1, and what may come of it. */
interface Downgrade extends Http2Message {
  /** Field lines it must have, and no other beside those that Weir adds; null when others may be there. */
  readonly lines: readonly string[] | null
}

const headOf = (fields: readonly Field[]) => [head(1, fields)]
const CASES: readonly Downgrade[] = [
  ...refusedHeads.map(
    ([name, , fields]): Downgrade => ({ name: `head: ${name}`, frames: headOf(fields), comes: 'none', sees: null, lines: null }),
  ),
  ...takenHeads.map(([name, taken, fields]): Downgrade => {
    const lines = taken.filter((line) => line !== 'te: trailers')
    return { name: `head: ${name}`, frames: headOf(fields), comes: 'one', sees: { method: 'GET', target: '/', body: '' }, lines }
  }),
  ...http2Messages.map((one): Downgrade => ({ ...one, name: `message: ${one.name}`, lines: null })),
]

/** What a case is judged at. */
interface Place {
  readonly port: number
  readonly origin: RecordingOrigin
  readonly deadlineMs: number
}

/** Sends a case on a connection of its own, and a request behind it. @returns what came of it that may not, or null */
async function judge(t: Scope, { port, origin, deadlineMs }: Place, one: Downgrade): Promise<string | null> {
  const client = await FrameClient.connect(t, port)
  const comes = (isSo: () => boolean) => until(isSo, { what: 'it', deadlineMs, everyMs: 2 }).catch(() => false)
  client.send(...one.frames)
  if (one.comes !== 'left') await comes(() => client.end !== 'open' || hasEnded(client, 1))
  const outcome = outcomeOf(client)
  client.send(head(PROBE, get('/probe')))
  await comes(() => client.end !== 'open' || hasEnded(client, PROBE))
  client.socket.destroy()
  const { requests, faults } = origin.take()
  if (faults.length > 0) return `at the origin: ${faults.join('; ')}`
  const probe = client.bytes(PROBE).toString('latin1')
  if (client.end === 'open' && probe !== echoOf('GET', '/probe', 0)) return `the next request got ${JSON.stringify(probe)}`
  const own = requests.filter(({ target }) => target !== '/probe')
  return outcomeFault(one, outcome, own.length) ?? seenFault(one, own[0]) ?? echoFault(one, client)
}

function outcomeFault({ comes }: Downgrade, outcome: string, requests: number): string | null {
  const told = `${requests} requests at the origin, and the client: ${outcome}`
  if (comes === 'one') return requests === 1 && outcome === '200' ? null : told
  if (comes === 'as-said') return requests <= 1 ? null : told
  return requests === 0 && (comes === 'left' || outcome === 'refused' || outcome === 'reset') ? null : told
}

function echoFault({ comes, sees }: Downgrade, client: FrameClient): string | null {
  if (comes !== 'one' || sees === null) return null
  const body = client.bytes(1).toString('latin1')
  const echo = sees.method === 'HEAD' ? '' : echoOf(sees.method, sees.target, sees.body?.length ?? 0)
  return body === echo ? null : `the client got ${JSON.stringify(body)}`
}

/** 200, refused by another status, or reset, with its connection or alone. */
function outcomeOf(client: FrameClient): string {
  const answer = client.frames.findLast(({ type, stream }) => type === HEADERS && stream === 1)
  if (answer !== undefined) return answer.payload.includes(OK) ? '200' : 'refused'
  return client.resetCode(1) !== null || client.goaway !== null || client.end !== 'open' ? 'reset' : 'open'
}

function hasEnded(client: FrameClient, stream: number): boolean {
  return client.frames.some(
    ({ stream: of, type, flags }) => of === stream && (type === RST_STREAM || (type <= HEADERS && (flags & END_STREAM) !== 0)),
  )
}

function seenFault({ sees, lines }: Downgrade, request: RecordedRequest | undefined): string | null {
  if (sees === null || request === undefined) return null
  const { method, target, message } = request
  if (method !== sees.method || target !== sees.target) return `not ${sees.method} ${sees.target}: ${message.startLine}`
  if (message.body.toString('latin1') !== sees.body) return `a body ${JSON.stringify(String(message.body))}`
  for (const [name, value] of Object.entries(sees.fields ?? {}))
    if (fieldOf(message, name) !== value) return `${name}: ${fieldOf(message, name)}`
  for (const name of sees.without ?? []) if (fieldOf(message, name) !== null) return `a field ${name}`
  if (lines === null) return null
  const others = message.fields.filter(([name]) => !ADDED.includes(name)).map(([name, value]) => `${name}: ${value}`)
  return others.join('\n') === lines.join('\n') ? null : `the fields ${JSON.stringify(others)}`
}

const origin = await startRecordingOrigin(t)
const { certFile, keyFile } = new TestAuthority(t).issue(['www.example.org'])
const port = await freePort()
const edge = await startEdge(t, {
  bootstrap: { listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ certFile, keyFile }] } }] },
  site: {
    pools: { origin: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1, ejection: { consecutiveFailures: 1_000 } } },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})

t.test(`the corpus has ${CASES.length} cases, each with a name of its own`, async (t) => {
  t.ok(CASES.length >= 100)
  t.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length)
})

t.test('through the edge', { timeout: 240_000 }, async (t) => {
  const faults: string[] = []
  for (const one of CASES) {
    const fault = await judge(t, { port, origin, deadlineMs: DEADLINE_MS }, one)
    if (fault !== null) faults.push(`${one.name}: ${fault}`)
  }
  t.same(faults, [])
})

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.same(origin.take(), { requests: [], faults: [] }, 'nothing came late')
  t.same(origin.unfinished(), [], 'no half request is held at the origin')
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})

t.test('a gateway that writes what it reads is found out by every attack', { timeout: 240_000 }, async (t) => {
  const origin = await startRecordingOrigin(t)
  const place = { port: await startCarelessGateway(t, origin.port), origin, deadlineMs: CARELESS_DEADLINE_MS }
  const missed: Downgrade[] = []
  for (const one of CASES) if ((await judge(t, place, one)) === null) missed.push(one)
  // What means nothing bad it passes on as well as anybody.
  t.same(
    missed.filter(({ comes }) => comes !== 'one').map(({ name }) => name),
    [],
  )
  t.ok(missed.length < CASES.length / 8, `it does right by ${missed.map(({ name }) => name).join(', ')}`)
})
