// A popular page expires and everybody asks at once. The origin is asked once, and nobody who waits is hurt by the one who asks.

import t from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import type { TestAnswer } from '../../support/http-client.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

const CROWD = 200

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
const edge = await edgeOf(1)

function edgeOf(workers: number): Promise<TestEdge> {
  const site = {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    // Whoever is forgotten by the one in front would wait for this long, and the test would see it.
    routes: { pages: { pool: 'shop', cache: { coalesceTimeoutMs: 60_000 } } },
  }
  return startEdge(t, { site, workers })
}

/** Sends `count` visitors at once and waits until the edge has them all; the origin must be holding its answers. */
async function crowd(at: TestEdge, path: string, count: number): Promise<{ readonly answers: Promise<TestAnswer[]> }> {
  const answers = Promise.all(Array.from({ length: count }, () => visit(at, path)))
  answers.catch(() => undefined) // Its fault is the test's, which awaits it later.
  const what = `${count} requests to be at the edge`
  await until(async () => (await at.metric('weir_requests_in_flight')) === count, { what, deadlineMs: 18_000 })
  return { answers }
}

const collapsed = (answers: readonly TestAnswer[]) => answers.filter((answer) => /;collapsed(;|$)/.test(cacheStatus(answer))).length

t.test('200 people ask for a cold page at once, and the origin sees one of them', async (t) => {
  const hold = origin.hold('/launch')
  const { answers: answering } = await crowd(edge, '/launch', CROWD)
  hold.release()

  const answers = await answering
  t.equal(origin.count('/launch'), 1)
  t.same(new Set(answers.map(({ status, text }) => `${status} ${text}`)), new Set(['200 page']))
  t.equal(collapsed(answers), CROWD - 1, 'all others say that they shared its answer')
})

t.test('when the page has expired the origin is asked once more, and all get the new one', async (t) => {
  origin.on('/price', { body: 'old', headers: { 'cache-control': 'max-age=60', age: '60', etag: '"1"' } })
  await visit(edge, '/price')
  t.equal(origin.count('/price'), 1)

  origin.on('/price', { body: 'new', headers: { 'cache-control': 'max-age=60' } })
  const hold = origin.hold('/price')
  const { answers: answering } = await crowd(edge, '/price', CROWD)
  hold.release()
  t.same(new Set((await answering).map(({ text }) => text)), new Set(['new']))
  t.equal(origin.count('/price'), 2)
  t.match(cacheStatus(await visit(edge, '/price')), /;hit;/)
})

t.test('two workers ask once between them', async (t) => {
  const hold = origin.hold('/sale')
  const { answers: answering } = await crowd(await edgeOf(2), '/sale', CROWD)
  hold.release()
  const answers = await answering
  t.equal(origin.count('/sale'), 1)
  t.ok(answers.every(({ status }) => status === 200))
})

t.test('the one who asked fails, and all who waited are let go at once', async (t) => {
  let asked = 0
  origin.on('/failing', () => {
    asked += 1
    return asked === 1 ? { status: 500 } : { body: 'page' }
  })
  const hold = origin.hold('/failing')
  const { answers: answering } = await crowd(edge, '/failing', 50)
  hold.release()

  const statuses = (await answering).map(({ status }) => status).sort()
  t.same(statuses, [...Array(49).fill(200), 500], 'only its own request failed')
})

t.test('an answer that is for one person only is waited for by nobody else', async (t) => {
  origin.on('/mine', { body: 'mine', headers: { 'cache-control': 'private' } })
  const first = origin.hold('/mine')
  const { answers: answering } = await crowd(edge, '/mine', 50)
  // All are at the edge; the one that goes on may still be on its way.
  await until(() => first.waiting > 0, { what: 'the first to be at the origin' })
  t.equal(first.waiting, 1)

  const others = origin.hold('/mine')
  first.release()
  await until(() => others.waiting === 49, { what: 'the 49 others to be at the origin side by side' })
  others.release()
  t.ok((await answering).every(({ status, text }) => status === 200 && text === 'mine'))
})
