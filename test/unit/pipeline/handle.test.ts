import t from 'tap'
import { handle } from '../../../edge/pipeline/handle.ts'
import { Line, settled } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

t.test('a fault becomes an answer, and the exchange its line', async (t) => {
  const line = new Line()
  line.upstream.will({ fault: 'UPSTREAM_TIMEOUT' })
  const { status, logged } = await line.ask({ method: 'POST' })
  t.equal(status, 504)
  t.match(logged, { status: 504, fault: 'UPSTREAM_TIMEOUT', outcome: 'whole', tries: 1, cache: 'bypass-method' })
  t.equal(line.metrics.value('weir_requests_in_flight'), 0)
})

t.test('the line is written when the body is over, not when it begins', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ body })
  const asking = line.ask()
  await settled()
  t.equal(line.accessLog.lines.length, 0)
  t.equal(line.metrics.value('weir_requests_in_flight'), 1)
  line.clock.advance(250)
  body.write('late').end()
  t.match((await asking).logged, { durationMs: 250, bytes: 4 })
})

t.test('a client that is gone before its answer is a line of its own kind', async (t) => {
  const line = new Line()
  line.upstream.will('silence')
  const x = line.exchange()
  const handling = handle(x)
  await settled()
  x.wanted.abort()
  await handling
  t.match(line.told(x).logged, { outcome: 'client-gone', status: 499, fault: 'CLIENT_GONE' })
  t.equal(line.metrics.value('weir_client_aborts_total'), 1)
})

t.test('even a reply that breaks its promise and throws leaves its line and its counts', async (t) => {
  const line = new Line()
  const replies = [
    () => {
      throw new Error('broken')
    },
    () => Promise.reject(new Error('broken')),
  ]
  for (const send of replies) {
    await handle({ ...line.exchange(), reply: { interim() {}, send } })
    t.match(line.accessLog.lines.at(-1), { outcome: 'cut', fault: 'INTERNAL' })
    t.equal(line.metrics.value('weir_requests_in_flight'), 0)
  }
})
