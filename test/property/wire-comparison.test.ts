// The comparison with node can fail: a reader of requests that is wrong in one small point is found, and told with what is needed to see it.

import t from 'tap'
import type { RequestHead } from '../../edge/wire/message.ts'
import { type NodeReading, nodeRequests } from '../support/node-parser.ts'
import { compare, type Findings } from '../support/wire-comparison.ts'
import { madeRequest } from '../support/wire-maker.ts'
import { type Reading, readRequests } from '../support/wire-reading.ts'

const CASES = 1_000
const SEED = 7

type Requests = Reading<RequestHead>

/** What is found when our reading, cut so, or that of node is distorted. Refusals are no matter here. */
function found(
  distort: (reading: Requests, cuts: readonly number[]) => Requests,
  distortNode = (reading: NodeReading) => reading,
): Findings {
  const anyReason = new Proxy({}, { get: () => 'any reason will do' })
  return compare(CASES, SEED, {
    make: madeRequest,
    follower: 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n',
    methods: [''],
    read: (bytes, _method, cuts) => distort(readRequests(bytes, cuts), cuts),
    nodeRead: (bytes) => distortNode(nodeRequests(bytes)),
    lineDifference: (ours, node) => (ours.method !== node.method ? 'method' : ours.target !== node.target ? 'target' : null),
    stricter: anyReason,
    looser: anyReason,
  })
}

/** The reading with each head, or each body, changed. */
const withHeads = (change: (head: RequestHead) => Partial<RequestHead>) => (reading: Requests) => ({
  ...reading,
  messages: reading.messages.map((message) => ({ ...message, head: { ...message.head, ...change(message.head) } })),
})
const withBodies = (change: (body: string) => string) => (reading: Requests) => ({
  ...reading,
  messages: reading.messages.map((message) => ({ ...message, body: change(message.body) })),
})

t.test('two readers that agree are not told apart', async (t) => {
  const { cases, torn, unexplained } = found((reading) => reading)
  t.same([cases, torn, unexplained], [CASES, [], []])
})

t.test('each part that is read wrong is found', async (t) => {
  const wrong: Readonly<Record<string, (reading: Requests) => Requests>> = {
    method: withHeads(({ method }) => ({ method: method.toLowerCase() })),
    target: withHeads(({ target }) => ({ target: target.replace('%41', 'A') })),
    version: withHeads(() => ({ version: '1.1' })),
    fields: withHeads(({ raw }) => ({ raw: raw.map((part) => part.replace('\xe4', '')) })),
    body: withBodies((body) => body.replace(/^hello$/, 'hell')),
    'node reads a head here': (reading) => ({ ...reading, messages: reading.messages.slice(0, 1), rule: null }),
    'we end this body': (reading) => ({
      ...reading,
      messages: reading.messages.map((message) => ({ ...message, atEnd: 'whole' })),
    }),
    'node ends this body': (reading) => ({
      ...reading,
      messages: reading.messages.map((message) => ({ ...message, endsAt: null, atEnd: 'cut' })),
    }),
  }
  for (const [name, distort] of Object.entries(wrong))
    t.match(found(distort).unexplained.join('\n'), new RegExp(`, other (?:only )?${name}`))
})

t.test('a connection that is kept otherwise, and a refusal on one side, need their reason', async (t) => {
  const met = (...readers: Parameters<typeof found>) => [...found(...readers).met.keys()]
  t.ok(met(withHeads(() => ({ persistent: true }))).includes('looser persistent'))
  t.ok(met(withHeads(() => ({ persistent: false }))).includes('stricter persistent'))
  t.ok(met(({ messages, begun }) => ({ messages: messages.slice(0, 0), rule: 'made up', begun })).includes('stricter made up'))
  const refusing = ({ messages }: NodeReading) => ({ messages: messages.slice(0, 0), refusal: 'HPE_MADE_UP' })
  t.ok(met((reading) => reading, refusing).includes('looser HPE_MADE_UP'))
})

t.test('a reader whom cuts confuse is found, and told with the cuts', async (t) => {
  const { torn } = found((reading, cuts) => (cuts.length === 0 ? reading : { ...reading, messages: reading.messages.slice(1) }))
  t.match(torn[0], /^case \d+, cut at \d[\d,]*: ".*HTTP/)
})
