import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { faultAnswer } from '../../../edge/pipeline/answers.ts'
import type { Sent } from '../../../edge/pipeline/exchange.ts'
import { log } from '../../../edge/pipeline/log.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

function logged(sent: Sent, asking: Asking = {}) {
  const line = new Line()
  const x = line.exchange(asking)
  line.tools.metrics.began()
  line.clock.advance(12)
  log(faultAnswer('NO_ROUTE'), sent, x)
  return { line, entry: line.accessLog.lines[0]! }
}
const WHOLE: Sent = { outcome: 'whole', bytes: 5 }

t.test('an exchange is one line, with what was asked and what came of it', async (t) => {
  const { entry, line } = logged(WHOLE, { target: '/a?b' })
  t.match(entry, { event: 'exchange', id: 'x-1', method: 'GET', host: 'shop.example', target: '/a?b', status: 404, outcome: 'whole' })
  t.match(entry, { servedBy: 'edge', bytes: 5, durationMs: 12, client: '198.51.100.7', revision: 1 })
  t.equal(entry.fault, undefined, 'what there is nothing to say of is left out')
  t.equal(line.metrics.value('weir_requests_in_flight'), 0)
  t.equal(line.metrics.value('weir_requests_total', ['', '4xx', 'edge']), 1)
  t.same(line.metrics.observed('weir_request_duration_seconds', ['']), [0.012])
})

t.test('text of clients is cut', async (t) => {
  const { entry } = logged(WHOLE, { target: `/${'a'.repeat(2_000)}`, headers: { 'User-Agent': 'u'.repeat(2_000), Host: 'h'.repeat(900) } })
  t.same(
    [entry.target, entry.userAgent, entry.host].map((text) => String(text).length),
    [512, 512, 255],
  )
})

t.test('a client that left is counted, however its leaving showed', async (t) => {
  for (const sent of [
    { outcome: 'client-gone', bytes: 3 },
    { outcome: 'cut', bytes: 3, fault: new EdgeError('CLIENT_GONE') },
  ] as const) {
    const { entry, line } = logged(sent)
    t.match(entry, { outcome: 'client-gone', bytes: 3 })
    t.equal(line.metrics.value('weir_client_aborts_total'), 1)
    t.equal(line.metrics.value('weir_faults_total', ['CLIENT_GONE']), 0)
  }
})

t.test('a body that broke off behind its head is a fault of the exchange', async (t) => {
  const { entry, line } = logged({ outcome: 'cut', bytes: 3, fault: new EdgeError('UPSTREAM_CUT') })
  t.match(entry, { outcome: 'cut', fault: 'UPSTREAM_CUT' })
  t.equal(line.metrics.value('weir_faults_total', ['UPSTREAM_CUT']), 1)
})
