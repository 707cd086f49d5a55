// Response splitting: an origin that answers too much, too little, or in a way that two readers take in two ways. The client gets the
// answer, an error, or a body that is visibly cut; never a short page that looks whole, and nobody gets the answer to somebody else.

import t from 'tap'
import { AnswerJudge, type Asks, openStage } from '../support/answer-judge.ts'
import { startEdge } from '../support/edge.ts'
import { until } from '../support/until.ts'
import { answers } from './corpus/answers.ts'
import { cutAnswers } from './corpus/cut-answers.ts'

const FAMILIES = [...answers, ...cutAnswers]
const CASES = FAMILIES.flatMap(({ cases }) => cases).length

const stage = await openStage(t)
const edge = await startEdge(t, {
  site: {
    pools: {
      origin: {
        peers: [{ address: `127.0.0.1:${stage.origin.port}` }],
        tries: 1,
        firstByteTimeoutMs: 2_000,
        totalTimeoutMs: 2_000,
        idleTimeoutMs: 2_000,
        ejection: { consecutiveFailures: 1_000, maxEjectedRatio: 0 },
      },
    },
    routes: {
      plain: { path: '/plain/*', pool: 'origin', cache: { store: 'off' } },
      kept: { path: '/kept/*', pool: 'origin', cache: { crawlerFills: 'all', staleIfErrorMs: 0 } },
    },
  },
})
const judge = new AnswerJudge(edge.port, stage)

t.test(`the corpus has ${CASES} answers, each with a name of its own in its family`, async (t) => {
  t.ok(CASES >= 300)
  for (const { family, cases } of FAMILIES) t.equal(new Set(cases.map(({ name }) => name)).size, cases.length, family)
})

const WAYS: readonly Asks[] = ['plain', 'kept', 'over HTTP/1.0']
for (const asks of WAYS) {
  t.test(`asked for ${asks === 'kept' ? 'where it may be kept' : asks}`, { timeout: 110_000 }, async (t) => {
    for (const { family, cases } of FAMILIES) {
      const faults: string[] = []
      for (const answerCase of cases) {
        const fault = await judge.judge(answerCase, asks)
        if (fault !== null) faults.push(`${answerCase.name}: ${fault}`)
      }
      t.same(faults, [], `${family}: ${cases.length} answers`)
    }
  })
}

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  t.same(stage.origin.faults, [], 'the origin could read all that it was sent')
  t.equal(await edge.metric('weir_worker_restarts_total'), 0)
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})
