// Response queue poisoning: an origin says more than it was asked for while others wait for the same connection. What is too much is nobody's
// answer (RFC 9112 §6.3): each of those who wait gets its own, on another connection.

import t from 'tap'
import { type Asked, plainAnswer, startByteOrigin } from '../support/byte-origin.ts'
import { startEdge } from '../support/edge.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { type AnswerCase, SECOND, STOLEN } from './corpus/answer-case.ts'
import { answers } from './corpus/answers.ts'

const FAMILIES: readonly string[] = ['more than one answer', 'bodies where none may be', 'interim answers']
const CASES = answers
  .filter(({ family }) => FAMILIES.includes(family))
  .flatMap(({ cases }) => cases.filter(({ forever }) => forever === undefined))
const WAITING = 3

const held: Asked[] = []
const origin = await startByteOrigin(t, (asked) => {
  if (asked.target === '/case') held.push(asked)
  else asked.socket.write(plainAnswer(asked.target))
})
const edge = await startEdge(t, {
  site: {
    pools: {
      origin: {
        peers: [{ address: `127.0.0.1:${origin.port}` }],
        maxConnections: 1,
        tries: 1,
        ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 },
      },
    },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})

async function ask(path: string, method = 'GET'): Promise<WireClient> {
  const client = await WireClient.connect(t, edge.port, { methods: [method] })
  client.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  return client
}

const inFlight = (count: number) =>
  until(async () => (await edge.metric('weir_requests_in_flight')) === count, { what: `${count} requests in flight` })

/** Plays a case while others wait for the connection it comes on. @returns what they got that is not their own, or null */
async function play({ method, pieces, later, ends }: AnswerCase, number: number): Promise<string | null> {
  const first = await ask('/case', method)
  await until(() => held.length > 0, { what: 'the case to be asked for' })
  const paths = Array.from({ length: WAITING }, (_, i) => `/own/${number}/${i}`)
  const others = await Promise.all(paths.map((path) => ask(path)))
  await inFlight(WAITING + 1)
  const { socket } = held.pop() as Asked
  // All in one piece: what is too much is there before anybody can take the connection over.
  socket.write(pieces.join('') + (later ?? ''), 'latin1')
  if (ends !== 'keeps') socket.end()
  await Promise.all(others.map((other) => other.comes(() => other.answers.length > 0 || other.end !== 'open' || other.fault !== null)))
  await first.comes(() => first.answers.length > 0 || first.end !== 'open' || first.fault !== null)
  const told = others.map((other, i) =>
    other.answers[0]?.text === paths[i] ? null : `${paths[i]}: ${other.answers[0]?.text} ${other.describe()}`,
  )
  const stolen = [first, ...others].some(({ answers, rest }) => rest.includes(STOLEN) || answers.some(({ text }) => text.includes(STOLEN)))
  for (const { socket } of [first, ...others]) socket.destroy()
  await inFlight(0)
  return told.find((fault) => fault !== null) ?? (stolen ? 'somebody got what is nobody’s' : null)
}

t.test(`${CASES.length} answers that may be too long, while ${WAITING} others wait`, { timeout: 240_000 }, async (t) => {
  t.ok(CASES.length > 30 && CASES.some(({ pieces }) => pieces.join('').includes(SECOND)))
  const faults: string[] = []
  for (const [number, answerCase] of CASES.entries()) {
    const fault = await play(answerCase, number)
    if (fault !== null) faults.push(`${answerCase.name}: ${fault}`)
  }
  t.same(faults, [])
  t.same(origin.faults, [])
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})
