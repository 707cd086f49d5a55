// Response splitting: an origin that answers too much, too little, or in a way that two readers take in two ways. The client gets the
// answer, an error, or a body that is visibly cut; never a short page that looks whole, and nobody gets the answer to somebody else.

import t, { type Test } from 'tap'
import { AnswerJudge, type Asks, openStage } from '../support/answer-judge.ts'
import { startCopyingProxy } from '../support/copying-proxy.ts'
import { startEdge } from '../support/edge.ts'
import { until } from '../support/until.ts'
import { answerFields } from './corpus/answer-fields.ts'
import { answers } from './corpus/answers.ts'
import { cutAnswers } from './corpus/cut-answers.ts'
import { startMendingProxy } from './mending-proxy.ts'

const FAMILIES = [...answers, ...answerFields, ...cutAnswers]
const CASES = FAMILIES.flatMap(({ cases }) => cases).length
/** Careless proxies at work side by side, and how long their clients wait for an end that may never come. */
const LANES = 6
const CARELESS_DEADLINE_MS = 250

const stage = await openStage(t)
const edge = await startEdge(t, {
  site: {
    pools: { origin: stage.pool },
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
  t.test(`asked for ${asks === 'kept' ? 'where it may be kept' : asks}`, { timeout: 240_000 }, async (t) => {
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

/** Proxies that do it wrong: one copies all it reads, one passes on what it could get as if that were all. */
const CARELESS: readonly ((t: Test, originPort: number) => Promise<number>)[] = [startCopyingProxy, startMendingProxy]

t.test(
  'of two careless proxies one at least is found out by every answer that must not be passed on whole',
  { timeout: 240_000 },
  async (t) => {
    const left = FAMILIES.flatMap(({ family, cases }) => cases.map((answerCase) => ({ family, answerCase }))).filter(
      ({ answerCase: { allowed, forever } }) => !allowed.includes('whole') && forever === undefined,
    )
    t.ok(left.length > CASES / 2, `${left.length} answers`)
    const missed: string[] = []
    const lane = async () => {
      const stage = await openStage(t)
      const judges = await Promise.all(
        CARELESS.map(async (start) => new AnswerJudge(await start(t, stage.origin.port), stage, CARELESS_DEADLINE_MS)),
      )
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const { family, answerCase } = next
        const isFound = async (judge: AnswerJudge) => (await judge.judge(answerCase, 'plain')) !== null
        if (!(await isFound(judges[0]!)) && !(await isFound(judges[1]!))) missed.push(`${family}: ${answerCase.name}`)
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    t.same(missed, [])
  },
)
