// Origins that answer before they have the whole request, and clients that wait to be told to go on. What is left of a body then is no
// request, to nobody, and whoever asks next gets its own answer. RFC 9110 §10.1.1; RFC 9112 §9.3, §9.5, §9.6.

import t from 'tap'
import { type Asked, plainAnswer, startByteOrigin } from '../support/byte-origin.ts'
import { startEdge } from '../support/edge.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { chunked, message, SMUGGLED } from './corpus/wire-case.ts'

const EARLY = 'HTTP/1.1 100 Continue\r\n\r\n'
const LARGE = SMUGGLED.repeat(5_000)

/** What an origin says when it has the head of a request, and when it has all of it. */
interface Manner {
  readonly atHead: string
  readonly atEnd: string
  /** Of the answer that the client gets. */
  readonly status: number
}

const answer = (status: string, ...fields: readonly string[]) => plainAnswer('told', fields).replace('200 OK', status)

const MANNERS: Readonly<Record<string, Manner>> = {
  'answers at the end': { atHead: '', atEnd: answer('200 OK'), status: 200 },
  'says go on': { atHead: EARLY, atEnd: answer('200 OK'), status: 200 },
  'says go on twice': { atHead: EARLY + EARLY, atEnd: answer('200 OK'), status: 200 },
  'says go on late': { atHead: '', atEnd: EARLY + answer('200 OK'), status: 200 },
  'refuses at once': { atHead: answer('417 Expectation Failed'), atEnd: '', status: 417 },
  'refuses at once, to close': { atHead: answer('413 Content Too Large', 'Connection: close'), atEnd: '', status: 413 },
  'says go on and refuses': { atHead: EARLY + answer('401 Unauthorized'), atEnd: '', status: 401 },
  'says yes at once': { atHead: answer('200 OK'), atEnd: '', status: 200 },
  'says yes at once, and go on': { atHead: answer('200 OK') + EARLY, atEnd: '', status: 200 },
  'answers twice': { atHead: answer('200 OK'), atEnd: answer('200 OK'), status: 200 },
  'sends somewhere else at once': { atHead: answer('307 Temporary Redirect', 'Location: /b'), atEnd: '', status: 307 },
}

/** How a client sends its body. */
interface Sending {
  readonly fields: readonly string[]
  /** At once with the head, and once it has heard anything. */
  readonly pieces: readonly [first: string, then: string]
}

const lengthOf = (text: string) => `Content-Length: ${text.length}`
const SENDINGS: Readonly<Record<string, Sending>> = {
  'all at once': { fields: [lengthOf(SMUGGLED)], pieces: [SMUGGLED, ''] },
  'all at once, in chunks': { fields: ['Transfer-Encoding: chunked'], pieces: [chunked(SMUGGLED), ''] },
  'all at once, and expects': { fields: ['Expect: 100-continue', lengthOf(SMUGGLED)], pieces: [SMUGGLED, ''] },
  'when it is told': { fields: ['Expect: 100-continue', lengthOf(SMUGGLED)], pieces: ['', SMUGGLED] },
  'when it is told, in chunks': { fields: ['Expect: 100-continue', 'Transfer-Encoding: chunked'], pieces: ['', chunked(SMUGGLED)] },
  'half of it when it is told': { fields: [lengthOf(SMUGGLED.repeat(2))], pieces: [SMUGGLED, SMUGGLED] },
  'much of it': { fields: [lengthOf(LARGE)], pieces: [LARGE.slice(0, LARGE.length / 2), LARGE.slice(LARGE.length / 2)] },
  'with a request behind it': { fields: [lengthOf(SMUGGLED)], pieces: [SMUGGLED, message(['GET /own/behind HTTP/1.1', 'Host: a'])] },
}

let manner: Manner = { atHead: '', atEnd: '', status: 200 }
const origin = await startByteOrigin(
  t,
  ({ target, socket, message }: Asked) => {
    if (target === '/early') socket.write(message === null ? manner.atHead : manner.atEnd)
    else if (message !== null) socket.write(plainAnswer(target))
  },
  'both',
)
const edge = await startEdge(t, {
  site: {
    pools: {
      origin: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1, ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 } },
    },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})

/** Asks once in that way. @returns what came of it that may not, or null */
async function ask({ fields, pieces }: Sending, { status }: Manner, own: string): Promise<string | null> {
  const before = origin.asked.length
  const client = await WireClient.connect(null, edge.port)
  client.send(message(['POST /early HTTP/1.1', 'Host: a', ...fields], pieces[0]))
  // Who waits is told, by a 100 of ours or the answer of the origin; who does not, goes on when the origin has the head.
  const isTold = () => client.interims.length > 0 || client.answers.length > 0 || client.end !== 'open'
  await until(() => (fields.includes('Expect: 100-continue') && pieces[0] === '' ? isTold() : origin.asked.length > before), {
    what: 'a word',
  })
  client.send(pieces[1])
  await client.comes(() => client.answers.length > 0 || client.end !== 'open' || client.fault !== null)
  client.send(message([`GET ${own}/again HTTP/1.1`, 'Host: a', 'Connection: close']))
  const isOver = await client.comes(() => client.end !== 'open')
  client.socket.destroy()
  const [first, ...more] = client.answers
  if (!isOver || client.fault !== null) return client.describe()
  // A write that breaks off in the moment of its answer may end without one; a connection that is cut says so.
  if (first === undefined) return client.end === 'reset' ? null : `no answer: ${client.describe()}`
  if (first.status !== status || first.text !== 'told') return `the answer ${first.text}: ${client.describe()}`
  if (client.interims.some((interim) => interim !== 100)) return `interim answers ${client.interims.join()}`
  const others = more.map(({ text }) => text).filter((text) => text !== `${own}/again` && text !== '/own/behind')
  return others.length === 0 ? null : `answers of others: ${others.join()}`
}

async function other(own: string): Promise<string | null> {
  const client = await WireClient.connect(null, edge.port)
  client.send(message([`GET ${own}/other HTTP/1.1`, 'Host: a', 'Connection: close']))
  await client.comes(() => client.end !== 'open')
  client.socket.destroy()
  return client.answers[0]?.text === `${own}/other` ? null : `somebody else: ${client.describe()}`
}

for (const [sends, sending] of Object.entries(SENDINGS)) {
  t.test(`a client that sends its body ${sends}`, { timeout: 240_000 }, async (t) => {
    for (const [does, one] of Object.entries(MANNERS)) {
      manner = one
      for (const time of ['first', 'second']) {
        const own = `/own/${origin.asked.length}`
        t.equal((await ask(sending, one, own)) ?? (await other(own)), null, `to an origin that ${does}, the ${time} time`)
      }
    }
    t.same(origin.faults, [], 'no byte of a body is read as a request')
    t.notOk(
      origin.asked.some(({ target }) => target === '/smuggled'),
      'nothing was smuggled',
    )
  })
}

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  await until(async () => (await edge.metric('weir_connections')) === 0, { what: 'all connections to be freed' })
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})
