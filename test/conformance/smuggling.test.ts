// Request smuggling: several hundred messages that two readers take in two ways, through a real edge. Whatever a client sends, the origin
// sees exactly the requests that were meant, framed as Weir framed them, and everybody gets the answer to their own.

import t, { type Test } from 'tap'
import { startCopyingProxy } from '../support/copying-proxy.ts'
import { startEdge } from '../support/edge.ts'
import { startRecordingOrigin } from '../support/recording-origin.ts'
import { until } from '../support/until.ts'
import { type Court, judge, openCourt, type Pieces } from '../support/wire-judge.ts'
import { bodies } from './corpus/bodies.ts'
import { chunks } from './corpus/chunks.ts'
import { connections } from './corpus/connections.ts'
import { contentLengths } from './corpus/content-length.ts'
import { hosts } from './corpus/hosts.ts'
import { lines } from './corpus/lines.ts'
import { requestLines } from './corpus/request-lines.ts'
import { transferCodings } from './corpus/transfer-coding.ts'
import type { Family, Outcome, WireCase } from './corpus/wire-case.ts'

const FAMILIES: readonly Family[] = [
  ...transferCodings,
  ...contentLengths,
  ...bodies,
  ...chunks,
  ...lines,
  ...requestLines,
  ...hosts,
  ...connections,
]
const CASES = FAMILIES.flatMap(({ cases }) => cases).length
/** What may come of a case that must not be passed on. */
const NOTHING_PASSED: readonly Outcome[] = ['refused', 'declined', 'broken']
/** Copying proxies at work side by side. */
const LANES = 6

const origin = await startRecordingOrigin(t)
const edge = await startEdge(t, {
  // A client that has ended its side is served to the end, however busy the machine is.
  bootstrap: { maxRequestsPerConnection: 1_000_000, halfCloseMs: 10_000 },
  site: {
    pools: { origin: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1, ejection: { consecutiveFailures: 1_000 } } },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})
const court = await openCourt(t, edge.port, origin)

t.test(`the corpus has ${CASES} cases, each with a name of its own in its family`, async (t) => {
  t.ok(CASES >= 300)
  for (const { family, cases } of FAMILIES) t.equal(new Set(cases.map(({ name }) => name)).size, cases.length, family)
})

const WAYS: Readonly<Record<Pieces, string>> = { whole: 'in one piece', halves: 'in two pieces', bytes: 'byte by byte' }
for (const [pieces, way] of Object.entries(WAYS) as [Pieces, string][]) {
  t.test(`sent ${way}`, { timeout: 240_000 }, async (t) => {
    for (const { family, cases } of FAMILIES) {
      const faults: string[] = []
      for (const wireCase of cases) {
        const fault = await judge(court, wireCase, pieces)
        if (fault !== null) faults.push(`${wireCase.name}: ${fault}`)
      }
      t.same(faults, [], `${family}: ${cases.length} cases`)
    }
  })
}

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  t.same(origin.take(), { requests: [], faults: [] }, 'nothing came late')
  t.same(origin.unfinished(), [], 'no half request is held at the origin')
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})

/** A copying proxy and an origin behind it. What it makes of an attack may be a connection on which nothing happens any more. */
async function copiedCourt(t: Test): Promise<Court> {
  const origin = await startRecordingOrigin(t)
  return openCourt(t, await startCopyingProxy(t, origin.port), origin, 250)
}

t.test('a proxy that copies what it reads is found out by every case that must be refused', { timeout: 240_000 }, async (t) => {
  // Where one message may be passed on, or one is cut off by its client, copying it may be right.
  const mayPass = ({ allowed, leaves }: WireCase) => leaves !== undefined || !allowed.every((outcome) => NOTHING_PASSED.includes(outcome))
  const left = FAMILIES.flatMap(({ family, cases }) => cases.filter((one) => !mayPass(one)).map((wireCase) => ({ family, wireCase })))
  t.ok(left.length > CASES / 2, `${left.length} cases`)
  const missed: string[] = []
  const lane = async () => {
    const court = await copiedCourt(t)
    for (let next = left.pop(); next !== undefined; next = left.pop())
      if ((await judge(court, next.wireCase, 'whole')) === null) missed.push(`${next.family}: ${next.wireCase.name}`)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  t.same(missed, [])
})
