// Sends one case of the corpus through an edge and says in words what came of it that may not, if anything.
//
// Behind each case two more requests are made: a probe on the same connection, which shows whether edge and client are still in step, and
// one of somebody else, who shares the connections to the origin and must get its own answer.

import type { Outcome, Seen, WireCase } from '../conformance/corpus/wire-case.ts'
import { SMUGGLED } from '../conformance/corpus/wire-case.ts'
import { echoOf, type RecordedRequest, type Recording, type RecordingOrigin } from './recording-origin.ts'
import type { Scope } from './scope.ts'
import { fieldOf } from './strict-reader.ts'
import { type WireAnswer, WireClient } from './wire-client.ts'

/** How the bytes of a case are cut before they are sent. */
export type Pieces = 'whole' | 'halves' | 'bytes'

const PROBE = 'GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n'
const VICTIM = 'GET /victim HTTP/1.1\r\nHost: victim\r\n\r\n'
/** Above this a case sent in bytes goes in as many pieces. */
const MOST_PIECES = 600
const REFUSALS: readonly number[] = [400, 413, 414, 417, 431, 501, 505]
/** How many answers the client gets at least. */
const ANSWERS: Readonly<Record<Outcome, number>> = { refused: 1, declined: 1, broken: 1, one: 1, 'one-then-refused': 2, two: 2 }
const REQUESTS: Readonly<Record<Outcome, number>> = { refused: 0, declined: 0, broken: 0, one: 1, 'one-then-refused': 1, two: 2 }

/** What a judge works with. */
export interface Court {
  readonly port: number
  readonly origin: RecordingOrigin
  /** A connection of somebody else, kept. */
  readonly victim: WireClient
  /** How long whoever ends a connection may take. */
  readonly deadlineMs: number
}

/** Opens the connection of somebody else, and leaves the record empty. */
export async function openCourt(t: Scope, port: number, origin: RecordingOrigin, deadlineMs = 15_000): Promise<Court> {
  const court = { port, origin, victim: await WireClient.connect(t, port), deadlineMs }
  const fault = await victimFault(court)
  if (fault !== null) throw new Error(fault)
  origin.take()
  return court
}

/** Sends a case. @returns what came of it that its `allowed` does not name, in words; null when all is well */
export async function judge(court: Court, wireCase: WireCase, pieces: Pieces): Promise<string | null> {
  const client = await WireClient.connect(null, court.port, { methods: wireCase.methods ?? [] })
  await sendPieces(client, wireCase, pieces)
  const fewest = Math.min(...wireCase.allowed.map((outcome) => ANSWERS[outcome]))
  await client.comes(() => client.answers.length >= fewest || client.end !== 'open' || client.fault !== null, court.deadlineMs)
  if (client.end === 'open' && wireCase.leaves === undefined) client.send(PROBE)
  const isOver = await client.comes(() => client.end !== 'open', court.deadlineMs)
  client.socket.destroy()
  const victim = await victimFault(court)
  const recording = court.origin.take()
  if (!isOver) return `the connection stays open; ${client.describe()}`
  return victim ?? verdict(wireCase, client, recording)
}

async function sendPieces(client: WireClient, wireCase: WireCase, pieces: Pieces): Promise<void> {
  const isBad = wireCase.allowed.every((outcome) => REQUESTS[outcome] === 0) && !wireCase.allowed.includes('declined')
  const hasTail = isBad && wireCase.leaves === undefined
  // Behind what is refused another request is waiting to be served; it must wait in vain.
  const bytes = Buffer.from(hasTail ? wireCase.bytes + SMUGGLED : wireCase.bytes, 'latin1')
  const step = { whole: bytes.length, halves: Math.ceil(bytes.length / 2), bytes: Math.ceil(bytes.length / MOST_PIECES) }[pieces]
  for (let at = 0; at < bytes.length && client.end === 'open'; at += step) {
    client.send(bytes.subarray(at, at + step))
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (wireCase.leaves === 'half-closes') client.socket.end()
}

async function victimFault({ victim }: Court): Promise<string | null> {
  victim.send(VICTIM)
  try {
    const { text } = await victim.answered(victim.answers.length + 1)
    return text === echoOf('GET', '/victim', 0) ? null : `somebody else got ${JSON.stringify(text)}`
  } catch (cause) {
    return `somebody else: ${(cause as Error).message}`
  }
}

function verdict(wireCase: WireCase, client: WireClient, recording: Recording): string | null {
  if (recording.faults.length > 0) return `at the origin: ${recording.faults.join('; ')}`
  if (client.fault !== null || (client.rest.length > 0 && !wireCase.allowed.includes('broken')))
    return `at the client: ${client.describe()}`
  const requests = recording.requests.filter(({ target }) => target !== '/victim' && target !== '/probe')
  const victims = recording.requests.filter(({ target }) => target === '/victim').length
  if (victims !== 1) return `somebody else was asked for ${victims} times`
  const probe = echoOf('GET', '/probe', 0)
  const isInStep = client.answers.at(-1)?.text === probe
  const answers = isInStep ? client.answers.slice(0, -1) : client.answers
  const outcome = outcomeOf(requests, answers, isInStep ? 'in step' : 'closed')
  const told = `${outcome}: at the origin [${requests.map(({ method, target }) => `${method} ${target}`).join(', ')}], ${client.describe()}`
  if (!wireCase.allowed.includes(outcome as Outcome)) return told
  if (isInStep && wireCase.closes === 'must') return `the connection goes on; ${told}`
  return refusalFault(wireCase, outcome, answers) ?? requestFaults(wireCase, requests, answers)
}

function outcomeOf(requests: readonly RecordedRequest[], answers: readonly WireAnswer[], ends: 'in step' | 'closed'): string {
  const passed = answers.filter(
    ({ text, status }, at) => status === 200 && (text === '' || text.startsWith('origin: ')) && at < requests.length,
  )
  if (passed.length !== requests.length) return `${requests.length} requests and ${passed.length} answers`
  const more = answers.slice(passed.length)
  if (requests.length === 0 && more.length === 0 && ends === 'closed') return 'broken'
  if (requests.length === 0 && more.length === 1) return ends === 'closed' ? 'refused' : 'declined'
  if (requests.length === 1 && more.length === 0) return 'one'
  if (requests.length === 1 && more.length === 1 && ends === 'closed') return 'one-then-refused'
  if (requests.length === 2 && more.length === 0) return 'two'
  return `${requests.length} requests and ${more.length} more answers`
}

function refusalFault(wireCase: WireCase, outcome: string, answers: readonly WireAnswer[]): string | null {
  if (outcome !== 'refused' && outcome !== 'declined' && outcome !== 'one-then-refused') return null
  const refusal = answers.at(-1) as WireAnswer
  const statuses = wireCase.statuses ?? REFUSALS
  if (!statuses.includes(refusal.status)) return `refused by ${refusal.status}, not one of ${statuses.join(', ')}`
  if (outcome === 'declined') return null
  // Who is cut off is told so, or it would send its next request into the void (RFC 9112 §9.6).
  return fieldOf(refusal.message, 'connection')?.toLowerCase() === 'close' ? null : 'the refusal does not say Connection: close'
}

function requestFaults(wireCase: WireCase, requests: readonly RecordedRequest[], answers: readonly WireAnswer[]): string | null {
  for (const [at, { method, target, message }] of requests.entries()) {
    const sees = wireCase.sees?.[at]
    if (sees === undefined) return `${method} ${target} at the origin`
    const fault = requestFault(sees, requests[at] as RecordedRequest)
    if (fault !== null) return `${fault} at the origin, in ${message.startLine} ${JSON.stringify(message.fields)}`
    const echo = method === 'HEAD' ? '' : echoOf(method, target, message.body.length)
    if (answers[at]?.text !== echo) return `the client got ${JSON.stringify(answers[at]?.text)} in place of ${JSON.stringify(echo)}`
  }
  return null
}

function requestFault(sees: Seen, { method, target, message }: RecordedRequest): string | null {
  if (method !== sees.method || target !== sees.target) return `not ${sees.method} ${sees.target}`
  const body = message.body.toString('latin1')
  if (sees.body !== undefined && body !== sees.body) return `a body ${JSON.stringify(body)}`
  for (const [name, value] of Object.entries(sees.fields ?? {})) {
    if (fieldOf(message, name) !== value) return `${name} is ${JSON.stringify(fieldOf(message, name))}, not ${JSON.stringify(value)}`
  }
  for (const name of sees.without ?? []) if (fieldOf(message, name) !== null) return `a field ${name}`
  return null
}
