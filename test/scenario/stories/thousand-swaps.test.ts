// A thousand revisions, one after the other, while people read. Nobody notices a swap, and afterwards everything is as large as before.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { latencyMs, runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit, visitors } from '../../support/visit.ts'

const SWAPS = 1_000
const WORKERS = 2

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })
const siteNumbered = (number: number) => ({
  pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
  limits: { plenty: { rate: '1000000/s' } },
  fallbacks: { number: { status: 200, contentType: 'text/plain', body: String(number) } },
  routes: { number: { path: '/number', respond: 'number', limits: ['plenty'] }, pages: { pool: 'shop', limits: ['plenty'] } },
})
const control = await startControl(t, { site: siteNumbered(1) })
const edge = await startEdge(t, { control, workers: WORKERS })

/** Publishes one revision and waits until every worker serves it: the edge acknowledges nothing before. */
async function publish(number: number): Promise<void> {
  const body = { site: siteNumbered(number), note: '' }
  const answer = await control.call('POST', '/v1/publish?waitMs=10000', { body, ifMatch: `"r${number - 1}"` })
  const { revision, edges } = JSON.parse(answer.text) as { revision: number; edges: { acked: number; nacked: number } }
  if (revision !== number || edges.acked !== 1 || edges.nacked !== 0) throw new Error(`revision ${number}: ${answer.text}`)
}

t.test('1,000 swaps under load: no request fails, and each sees whole revisions in their order', { timeout: 240_000 }, async (t) => {
  const swapping = async () => {
    for (let number = 2; number <= SWAPS + 1; number += 1) await publish(number)
  }
  let newest = 0
  const send = visitors(
    t,
    edge,
    (index) => (index % 2 === 0 ? '/number' : '/page'),
    ({ text }, index) => {
      if (index % 2 === 1) return
      // Two requests may overtake each other by a swap or two, never by hundreds.
      if (Number(text) < newest - 20) throw new Error(`revision ${text} after ${newest}`)
      newest = Math.max(newest, Number(text))
    },
  )
  const report = await runWhile(swapping(), send, 4)
  t.same(report.failures, [])
  t.same(Object.keys(report.statuses), ['200'])
  t.ok(report.sent >= SWAPS, `${report.sent} requests`)
  t.ok(latencyMs(report, 1) < 5_000, `the slowest took ${Math.round(latencyMs(report, 1))} ms`)

  for (let i = 0; i < 4 * WORKERS; i += 1) t.equal((await visit(edge, '/number')).text, String(SWAPS + 1), 'every worker serves the last')
  t.match(await edge.snapshot(), { revision: SWAPS + 1, workers: WORKERS, controlConnected: true })
  t.equal(await edge.metric('weir_config_swaps_total', { outcome: 'refused' }), 0)
  t.equal(await edge.metric('weir_worker_restarts_total'), 0, 'no worker ended')
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'no request to be left behind' })
})
