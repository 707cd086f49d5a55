// The origins stall and requests pile up in the edge. It serves fewer rather than all of them badly: crawlers go first, people who buy last.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import type { TestAnswer } from '../../support/http-client.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { crawl, visit } from '../../support/visit.ts'

const MAX_IN_FLIGHT = 20

const origin = await startOrigin(t, { body: 'page' })
const edge = await startEdge(t, {
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }], firstByteTimeoutMs: 60_000, totalTimeoutMs: 60_000 } },
    routes: {
      pages: { pool: 'shop', cache: { store: 'off' } },
      reviews: { path: '/reviews', pool: 'shop', cache: { store: 'off' }, priority: 'low' },
      checkout: { path: '/checkout', pool: 'shop', cache: { store: 'off' }, priority: 'high' },
    },
  },
  bootstrap: { overload: { maxInFlight: MAX_IN_FLIGHT, retryAfterMs: 3_000, loopDelayMs: 60_000 } },
})

const stalled = origin.hold('/slow')
const waiting: Promise<TestAnswer>[] = []

/** Lets requests pile up until there are `count`; a person who asks then is one more. */
async function pileUp(count: number): Promise<void> {
  while (waiting.length < count) waiting.push(visit(edge, '/slow', { deadlineMs: 60_000 }))
  const what = `${count} requests to be in flight`
  await until(async () => (await edge.metric('weir_requests_in_flight')) === count, { what, deadlineMs: 30_000 })
}

/** Who is answered now, by the status each gets: a crawler, and people on routes of low, normal and high priority. */
async function served(): Promise<number[]> {
  const asking = [crawl(edge, '/'), visit(edge, '/reviews'), visit(edge, '/'), visit(edge, '/checkout')]
  return (await Promise.all(asking)).map(({ status }) => status)
}

const logged = (line: RegExp) => until(() => line.test(edge.output), { what: `a line ${line} in the log` })

t.test('below half of what it may have in flight everybody is served', async (t) => {
  await pileUp(MAX_IN_FLIGHT / 2 - 5)
  t.same(await served(), [200, 200, 200, 200])
  t.equal(await edge.metric('weir_shed_total'), 0)
})

t.test('from half on crawlers are told to come back later, and people notice nothing', async (t) => {
  await pileUp(MAX_IN_FLIGHT / 2)
  const refused = await crawl(edge, '/')
  t.match(refused, { status: 503, headers: { 'retry-after': '3', 'cache-control': 'no-store' }, text: /OVERLOADED/ })
  t.equal((await visit(edge, '/reviews')).status, 200)
  t.equal((await visit(edge, '/')).status, 200)
  t.equal(await edge.metric('weir_shed_total', { whom: 'crawler' }), 1)
  await until(async () => (await edge.metric('weir_pressure')) === 1, { what: 'the pressure to be shown' })
  await logged(/"event":"pressure","from":0,"to":1,"cause":"in-flight"/)
})

t.test('from three quarters on routes of low priority are shed too', async (t) => {
  await pileUp((MAX_IN_FLIGHT * 3) / 4)
  t.equal((await crawl(edge, '/')).status, 503)
  t.equal((await visit(edge, '/reviews')).status, 503)
  t.equal((await visit(edge, '/')).status, 200)
  t.equal(await edge.metric('weir_shed_total', { whom: 'low' }), 1)
})

t.test('when it has all it may have, only what matters most is served', async (t) => {
  await pileUp(MAX_IN_FLIGHT - 1)
  t.match(await visit(edge, '/'), { status: 503, headers: { 'retry-after': '3' } })
  t.equal((await visit(edge, '/checkout')).status, 200)
  t.equal(await edge.metric('weir_shed_total', { whom: 'normal' }), 1)
  t.equal(await edge.metric('weir_shed_total', { whom: 'high' }), 0)
})

t.test('those who were let in are served to the end, and then everybody is again', async (t) => {
  stalled.release()
  t.ok((await Promise.all(waiting)).every(({ status }) => status === 200))
  await until(async () => (await edge.metric('weir_pressure')) === 0, { what: 'the pressure to fall', deadlineMs: 30_000 })
  t.same(await served(), [200, 200, 200, 200])
  await logged(/"event":"pressure","from":1,"to":0,"cause":"in-flight"/)
})
