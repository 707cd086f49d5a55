// The corpus of answers, asked for over HTTP/2: an answer that is cut ends in a reset there, never in an ordinary end (RFC 9113 §8.1), and
// whoever shares the connection gets what is its own.

import t from 'tap'
import { openStage } from '../support/answer-judge.ts'
import { TestAuthority } from '../support/certificates.ts'
import { startEdge } from '../support/edge.ts'
import { freePort } from '../support/free-port.ts'
import { ask, ended, type Visit, visitor } from '../support/http2-visit.ts'
import { until } from '../support/until.ts'
import type { AnswerCase } from './corpus/answer-case.ts'
import { answerFields } from './corpus/answer-fields.ts'
import { answers } from './corpus/answers.ts'
import { cutAnswers } from './corpus/cut-answers.ts'

const FAMILIES = [...answers, ...answerFields, ...cutAnswers]
const BAD_GATEWAY: readonly unknown[] = [502, 504]
/** Not reset, e.g. because it waits for the rest: told apart from an end that the edge has found. */
const DEADLINE_MS = 6_000

const stage = await openStage(t)
const { certFile, keyFile } = new TestAuthority(t).issue(['localhost'])
const port = await freePort()
const edge = await startEdge(t, {
  bootstrap: { listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ certFile, keyFile }] } }], http2MaxStreams: 100 },
  site: {
    pools: { origin: stage.pool },
    routes: { all: { pool: 'origin', cache: { store: 'off' } } },
  },
})
const session = visitor(t, port)
let number = 0

/** Plays a case. @returns what came of it that may not, or null */
async function judge(answerCase: AnswerCase): Promise<string | null> {
  const { method = 'GET', allowed, later, reuse } = answerCase
  stage.play(answerCase)
  const before = stage.origin.asked.length
  const visit = ask(session, { ':method': method, ':path': `/plain/${++number}` })
  const isOver = await until(() => visit.end !== 'open', { what: 'its end', deadlineMs: DEADLINE_MS, everyMs: 2 }).catch(() => false)
  const asked = stage.origin.asked[before]
  if (!isOver || asked === undefined) return `no end: ${told(visit)}`
  const got = gotOf(answerCase, visit)
  if (!(allowed as readonly string[]).includes(got)) return `${got}: ${told(visit)}`
  if (later !== undefined) asked.socket.write(later, 'latin1')
  if (reuse === 'must-not' || got !== 'whole') {
    const isClosed = () => stage.origin.isClosed(asked.connection)
    if (!(await until(isClosed, { what: 'it', deadlineMs: DEADLINE_MS, everyMs: 2 }).catch(() => false)))
      return `${got}: the connection to the origin stays open`
  }
  return otherFault()
}

async function otherFault(): Promise<string | null> {
  const path = `/plain/victim/${++number}`
  const other = await ended(ask(session, { ':path': path }))
  return other.text === path && other.end === 'whole' ? null : `somebody else: ${told(other)}`
}

function gotOf({ status = 200, body, method }: AnswerCase, { headers, text, end }: Visit): string {
  if (end !== 'whole') return body.startsWith(text) ? 'cut' : 'a cut answer with bytes of another'
  if (BAD_GATEWAY.includes(headers?.[':status'])) return 'bad-gateway'
  if (Number(headers?.[':status']) !== status) return `a status ${headers?.[':status']}`
  return text === (method === 'HEAD' ? '' : body) ? 'whole' : 'a whole answer with another body'
}

function told({ headers, text, end }: Visit): string {
  return `status ${headers?.[':status']}, end ${end}, ${JSON.stringify(text)}`
}

t.test('asked for over HTTP/2', { timeout: 240_000 }, async (t) => {
  for (const { family, cases } of FAMILIES) {
    const faults: string[] = []
    for (const answerCase of cases) {
      const fault = await judge(answerCase)
      if (fault !== null) faults.push(`${answerCase.name}: ${fault}`)
    }
    t.same(faults, [], `${family}: ${cases.length} answers`)
  }
})

t.test('afterwards nothing is left under way', async (t) => {
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'all requests to be over' })
  t.same(stage.origin.faults, [], 'the origin could read all that it was sent')
  t.notOk(session.closed, 'no answer cost the client its connection')
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})
