// One origin stalls. Without a bulkhead its requests fill the edge until others are refused; with one they stay within their share, and
// who asks for another pool notices nothing.

import t from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import type { TestAnswer } from '../../support/http-client.ts'
import { latencyMs, runLoad } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { crawl, visit, visitors } from '../../support/visit.ts'

const CROWD = 40
const MAX_IN_FLIGHT = 10
const QUEUE = 5

const slow = await startOrigin(t, { body: 'slow' })
const fast = await startOrigin(t, { body: 'fast' })

function siteOf(bulkhead: object): object {
  return {
    pools: {
      slow: { peers: [{ address: `127.0.0.1:${slow.port}` }], firstByteTimeoutMs: 120_000, totalTimeoutMs: 120_000, ...bulkhead },
      fast: { peers: [{ address: `127.0.0.1:${fast.port}` }] },
    },
    fallbacks: { later: { status: 200, contentType: 'text/plain', body: 'come back later' } },
    routes: {
      slow: { path: '/slow/*', pool: 'slow', cache: { store: 'off' } },
      soft: { path: '/soft/*', pool: 'slow', cache: { store: 'off' }, degrade: { fallback: 'later' } },
      low: { path: '/low/*', pool: 'slow', cache: { store: 'off' }, priority: 'low' },
      fast: { pool: 'fast', cache: { store: 'off' } },
    },
  }
}

// Crawlers are shed from half of it on: more than what the slow pool may have, in flight and waiting, if it all comes to one worker.
const overload = { overload: { maxInFlight: 36, loopDelayMs: 60_000 } }
const open = await startEdge(t, { edgeId: 'open', site: siteOf({}), bootstrap: overload })
const guarded = await startEdge(t, {
  edgeId: 'guarded',
  workers: 2,
  site: siteOf({ bulkhead: { maxInFlight: MAX_IN_FLIGHT, queue: { max: QUEUE, timeoutMs: 120_000 } } }),
  bootstrap: overload,
})

/** A crowd that asks the stalled pool. @returns what each got, once all have been answered, and those refused already */
function crowd(edge: TestEdge): { readonly all: Promise<TestAnswer[]>; readonly refused: TestAnswer[] } {
  const refused: TestAnswer[] = []
  const asking = Array.from({ length: CROWD }, async (_, i) => {
    const answer = await visit(edge, `/slow/${i}`, { deadlineMs: 120_000 })
    if (answer.status === 503) refused.push(answer)
    return answer
  })
  return { all: Promise.all(asking), refused }
}

t.test('without a bulkhead a slow pool takes the whole edge', async (t) => {
  const hold = slow.hold()
  const { all, refused } = crowd(open)
  await until(() => hold.waiting + refused.length === CROWD, { what: 'the crowd to be where it comes to', deadlineMs: 30_000 })
  t.ok(hold.waiting > MAX_IN_FLIGHT)
  t.match(await visit(open, '/fast'), { status: 503, text: /OVERLOADED/ }, 'who wants something else is refused')
  hold.release()
  await all
})

t.test('with one it has its share, a few wait, the rest are refused at once, and the other pool is as ever', async (t) => {
  const hold = slow.hold()
  const { all, refused } = crowd(guarded)
  const queued = () => guarded.metric('weir_pool_queued', { pool: 'slow' })
  await until(() => refused.length === CROWD - MAX_IN_FLIGHT - QUEUE, { what: 'all who find no room to be refused', deadlineMs: 30_000 })
  await until(async () => (await queued()) === QUEUE, { what: 'the queue to be full' })
  // Who was let in may still be on the way to the origin.
  await until(() => hold.waiting >= MAX_IN_FLIGHT, { what: 'all who have a slot to be at the origin' })
  t.equal(hold.waiting, MAX_IN_FLIGHT, 'exactly so many over two workers')
  t.equal(await guarded.metric('weir_pool_in_flight', { pool: 'slow' }), MAX_IN_FLIGHT)
  t.equal(await guarded.metric('weir_pool_refusals_total', { pool: 'slow', reason: 'queue-full' }), refused.length)
  for (const { headers, text } of refused) {
    t.match(text, /POOL_BUSY/)
    t.match(headers['retry-after'], /^[1-9][0-9]*$/)
  }
  t.match(await visit(guarded, '/soft/1'), { status: 200, text: 'come back later' }, 'a route with a fallback sends it')
  t.equal((await visit(guarded, '/fast')).status, 200)
  t.equal((await crawl(guarded, '/fast')).status, 200)
  hold.release()
  const statuses = (await all).map(({ status }) => status)
  t.equal(statuses.filter((status) => status === 200).length, MAX_IN_FLIGHT + QUEUE, 'who waited is served')
  await until(async () => (await guarded.metric('weir_pool_in_flight', { pool: 'slow' })) === 0, { what: 'all slots to be given back' })
})

t.test('crawlers and routes of low priority have no more than their share of it', async (t) => {
  const hold = slow.hold()
  const low = Array.from({ length: 6 }, (_, i) => visit(guarded, `/low/${i}`, { deadlineMs: 60_000 }))
  await until(() => hold.waiting === 5, { what: 'half of the bulkhead to be taken' })
  const crawling = Array.from({ length: 3 }, (_, i) => crawl(guarded, `/slow/${i}`, { deadlineMs: 60_000 }))
  await until(() => hold.waiting === 7, { what: 'a fifth more to be taken' })
  await until(async () => (await guarded.metric('weir_pool_queued', { pool: 'slow' })) === 2, { what: 'the others to wait' })
  const people = Array.from({ length: 3 }, (_, i) => visit(guarded, `/slow/${i}`, { deadlineMs: 60_000 }))
  await until(() => hold.waiting === MAX_IN_FLIGHT, { what: 'people to have the rest at once' })
  hold.release()
  for (const { status } of await Promise.all([...low, ...crawling, ...people])) t.equal(status, 200)
})

// The same load in turns, with the slow pool idle and full, so that both see the same machine; of each turn its p99, and of those the middle
// one, since a machine that others use too has bad moments. A pool that waited for the other would wait for as long as that is held.
t.test('the p99 of the other pool is what it is beside an idle one', async (t) => {
  const send = visitors(t, guarded, () => '/fast')
  await runLoad(send, { total: 200, inFlight: 4 })
  const p99s: Record<'idle' | 'full', number[]> = { idle: [], full: [] }
  for (let turn = 0; turn < 20; turn++) {
    const state = turn % 2 === 0 ? 'idle' : 'full'
    const hold = slow.hold()
    const asking = Array.from({ length: state === 'full' ? 20 : 0 }, (_, i) => visit(guarded, `/slow/${i}`, { deadlineMs: 60_000 }))
    if (state === 'full') await until(() => hold.waiting === MAX_IN_FLIGHT, { what: 'the slow pool to be full' })
    const report = await runLoad(send, { total: 100, inFlight: 4 })
    t.same(report.statuses, { 200: 100 })
    p99s[state].push(latencyMs(report, 0.99))
    hold.release()
    await Promise.all(asking)
  }
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length / 2]!
  const [idle, full] = [middle(p99s.idle), middle(p99s.full)]
  t.comment(`p99 of the other pool: ${idle.toFixed(2)} ms beside an idle one, ${full.toFixed(2)} ms beside a full one`)
  t.ok(full <= idle * 2 + 500)
})
