import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { rescue } from '../../../edge/pipeline/rescue.ts'
import { Line } from '../../support/exchange-maker.ts'

function rescued(thrown: unknown) {
  const line = new Line()
  const x = line.exchange()
  return { answer: rescue(thrown, x), x, line }
}

t.test('a fault becomes the answer of its row, is noted and counted', async (t) => {
  const { answer, x, line } = rescued(new EdgeError('UPSTREAM_RESET', { peer: '127.0.0.1:1' }, new Error('ECONNRESET')))
  t.equal(answer.status, 502)
  t.equal(x.why.fault, 'UPSTREAM_RESET')
  t.equal(line.metrics.value('weir_faults_total', ['UPSTREAM_RESET']), 1)
  t.match(line.log.lines, [{ level: 'warn', event: 'fault', code: 'UPSTREAM_RESET', peer: '127.0.0.1:1', cause: 'Error: ECONNRESET' }])
})

t.test('what is no EdgeError is INTERNAL, with its stack in the log and nothing of it in the answer', async (t) => {
  const { answer, line } = rescued(new TypeError('secret of the inside'))
  t.equal(answer.status, 500)
  t.match(line.log.lines, [{ level: 'error', code: 'INTERNAL', stack: /TypeError: secret/ }])
  t.notMatch(JSON.stringify(answer), /secret/)
  t.equal(rescued('a text').answer.status, 500)
})

t.test('a 503 says when to come back', async (t) => {
  t.equal(rescued(new EdgeError('CLOSED', { retryAfterMs: 5_000 })).answer.fields.get('retry-after'), '5')
  t.equal(rescued(new EdgeError('NO_PEER')).answer.fields.get('retry-after'), '1')
  t.notOk(rescued(new EdgeError('NO_ROUTE')).answer.fields.has('retry-after'))
})

t.test('the log of faults is not for what clients did, nor for what operators ordered', async (t) => {
  for (const code of ['NO_ROUTE', 'BAD_TARGET', 'CLIENT_GONE', 'CLOSED', 'CACHE_ONLY_MISS'] as const)
    t.same(rescued(new EdgeError(code)).line.log.lines, [], code)
})

t.test('behind a message that could not be read for certain the connection ends', async (t) => {
  for (const code of ['BAD_HOST', 'BAD_TARGET', 'BODY_TOO_LARGE', 'METHOD_UNSUPPORTED'] as const)
    t.equal(rescued(new EdgeError(code)).answer.fields.get('connection'), 'close', code)
  t.notOk(rescued(new EdgeError('NO_ROUTE')).answer.fields.has('connection'))
})

t.test('a 405 says what would be taken', async (t) => {
  t.equal(rescued(new EdgeError('METHOD_NOT_ALLOWED', { allow: 'GET, HEAD' })).answer.fields.get('allow'), 'GET, HEAD')
})
