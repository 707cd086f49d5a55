// Valid answers with a few bytes changed where framing is decided, through a real edge to its clients. Whatever an origin says, a client
// reads one answer, an error of ours, or one that is visibly cut; never what two readers take in two ways, nor what belongs to somebody else.

import type { Socket } from 'node:net'
import t from 'tap'
import { plainAnswer, startByteOrigin } from '../support/byte-origin.ts'
import { startCopyingProxy } from '../support/copying-proxy.ts'
import { startEdge } from '../support/edge.ts'
import type { Scope } from '../support/scope.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { fieldOf, type Reading, readAnswer } from '../support/strict-reader.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { changedAnswer } from './corpus/changed-answers.ts'

const ROUNDS = Number(process.env.WEIR_FUZZ_ROUNDS ?? 2_500)
const SEED = Number(process.env.WEIR_FUZZ_SEED ?? 20_260_202)
const MOST_FAULTS = 20
const BAD_GATEWAY: readonly number[] = [502, 504]

/** How the connection of the origin ends behind the bytes. */
type Ends = 'keeps' | 'fin' | 'reset'
/** An answer with changed bytes, and what a strict reader makes of it. */
interface Changed {
  readonly bytes: Buffer
  readonly ends: Ends
  readonly reading: Reading
}

function changed(random: SeededRandom): Changed {
  const bytes = changedAnswer(random)
  const [isKept, isReset] = [random.next() < 0.5, random.next() < 0.3]
  // Bytes that may have to go on are followed by an end, so that no round waits for a deadline.
  if (isKept && finalReading(bytes, 'open').kind === 'whole') return { bytes, ends: 'keeps', reading: finalReading(bytes, 'open') }
  return isReset
    ? { bytes, ends: 'reset', reading: finalReading(bytes, 'broken') }
    : { bytes, ends: 'fin', reading: finalReading(bytes, 'ended') }
}

/** The first answer that is not an interim one. */
function finalReading(bytes: Buffer, connection: 'open' | 'ended' | 'broken'): Reading {
  let at = 0
  for (;;) {
    const reading = readAnswer(bytes, at, { method: 'GET', connection })
    if (reading.kind !== 'whole' || Number(reading.startLine.slice(9, 12)) >= 200) return reading
    at = reading.end
  }
}

function play({ bytes, ends }: Changed, socket: Socket): void {
  socket.write(bytes, () => {
    if (ends === 'fin') socket.end()
    if (ends === 'reset') setImmediate(() => socket.resetAndDestroy())
  })
}

/** A stage: an origin that plays what it is given, and answers `/own/N` with its own target. */
async function openStage(t: Scope) {
  let playing: Changed | null = null
  const origin = await startByteOrigin(t, ({ target, socket, message }) => {
    if (!target.startsWith('/own/') && playing !== null) return play(playing, socket)
    socket.write(plainAnswer(target))
    if (message !== null && fieldOf(message, 'connection') === 'close') socket.end()
  })
  return { origin, set: (one: Changed) => (playing = one) }
}

type Stage = Awaited<ReturnType<typeof openStage>>

/** Asks once. @returns what came of it that may not, or null */
async function round(port: number, number: number, one: Changed, deadlineMs: number): Promise<string | null> {
  const client = await WireClient.connect(null, port)
  const own = `/own/${number}`
  client.send('GET /changed HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.comes(() => client.answers.length > 0 || client.end !== 'open' || client.fault !== null, deadlineMs)
  const fault = client.fault === null ? firstFault(client, one.reading) : `the client read ${client.fault}`
  // The same client asks again, on the same connection if it still has it, and then somebody else.
  client.send(`GET ${own}/again HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const isOver = await client.comes(() => client.end !== 'open', deadlineMs)
  client.socket.destroy()
  const more = client.answers.slice(1).map(({ text }) => text)
  if (fault !== null) return `${fault}; ${client.describe()}`
  if (!isOver) return `no end; ${client.describe()}`
  if (more.some((text) => text !== `${own}/again`)) return `more for the client: ${more.join()}; ${client.describe()}`
  return otherFault(port, own, deadlineMs)
}

function firstFault(client: WireClient, reading: Reading): string | null {
  const answer = client.answers[0]
  if (answer === undefined) return client.end === 'open' ? 'no answer' : null
  if (BAD_GATEWAY.includes(answer.status)) return null
  if (reading.kind === 'partial') return `a whole answer made of a part: ${answer.status} ${JSON.stringify(answer.text)}`
  if (reading.kind === 'fault') return null
  const isSame = answer.status === Number(reading.startLine.slice(9, 12)) && answer.message.body.equals(reading.body)
  return isSame ? null : `${answer.status} ${JSON.stringify(answer.text)} in place of ${reading.startLine} ${reading.body}`
}

async function otherFault(port: number, own: string, deadlineMs: number): Promise<string | null> {
  const other = await WireClient.connect(null, port)
  other.send(`GET ${own}/other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await other.comes(() => other.end !== 'open', deadlineMs)
  other.socket.destroy()
  const isFine = other.answers.length === 1 && other.answers[0]?.text === `${own}/other` && other.rest.length === 0
  return isFine ? null : `somebody else: ${other.describe()}`
}

async function fuzz(
  port: number,
  stage: Stage,
  rounds: number,
  deadlineMs: number,
): Promise<{ faults: readonly string[]; kinds: Record<string, number> }> {
  const random = new SeededRandom(SEED)
  const faults: string[] = []
  const kinds: Record<string, number> = { whole: 0, partial: 0, fault: 0 }
  for (let number = 0; number < rounds && faults.length < MOST_FAULTS; number += 1) {
    const one = changed(random)
    stage.set(one)
    const fault = await round(port, number, one, deadlineMs)
    if (fault !== null) faults.push(`${JSON.stringify(one.bytes.toString('latin1'))}, ${one.ends}: ${fault}`)
    kinds[one.reading.kind] = (kinds[one.reading.kind] ?? 0) + 1
  }
  return { faults, kinds }
}

const stage = await openStage(t)
const edge = await startEdge(t, {
  site: {
    pools: {
      origin: {
        peers: [{ address: `127.0.0.1:${stage.origin.port}` }],
        tries: 1,
        ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 },
      },
    },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})

t.test(`${ROUNDS} answers with changed bytes (seed ${SEED})`, { timeout: 240_000 }, async (t) => {
  const { faults, kinds } = await fuzz(edge.port, stage, ROUNDS, 20_000)
  t.same(faults, [])
  t.same(stage.origin.faults, [], 'the origin could read all that it was sent')
  // If all were fine, or none, nothing would have been tried.
  t.ok(
    Object.values(kinds).every((count) => count > ROUNDS / 20),
    JSON.stringify(kinds),
  )
})

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})

t.test('a proxy that copies what it reads is found out at once', async (t) => {
  const behind = await openStage(t)
  const { faults } = await fuzz(await startCopyingProxy(t, behind.origin.port), behind, 200, 100)
  t.equal(faults.length, MOST_FAULTS)
})
