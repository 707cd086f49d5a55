// Four workers of one edge without Redis: what a crowd asks for at once is fetched once, whichever workers its connections are at.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
const edge = await startEdge(t, {
  workers: 4,
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { all: { pool: 'shop', cache: { coalesceTimeoutMs: 60_000 } } },
  },
})
const asked = (path: string) => origin.requests.filter(({ target }) => target === path).length

t.test('a cold page is fetched once for a crowd on all workers', { timeout: 120_000 }, async (t) => {
  for (let round = 0; round < 5; round += 1) {
    const path = `/page/${round}`
    const held = origin.hold(path)
    // Each has a connection of its own, so that all workers have some.
    const crowd = Array.from({ length: 200 }, () => visit(edge, path))
    await until(async () => (await edge.metric('weir_requests_in_flight')) === 200, { what: 'all to wait', deadlineMs: 20_000 })
    // All are at the edge; the one that goes on may still be on its way.
    await until(() => held.waiting > 0, { what: 'one to be at the origin', deadlineMs: 20_000 })
    t.equal(held.waiting, 1)
    held.release()
    for (const answer of await Promise.all(crowd)) t.match(answer, { status: 200, text: 'page' })
    t.equal(asked(path), 1)
  }
})

t.test('what may not be shared does not queue behind each other', { timeout: 120_000 }, async (t) => {
  origin.on('/mine', { body: 'mine', headers: { 'cache-control': 'private' } })
  const answers = await Promise.all(Array.from({ length: 100 }, () => visit(edge, '/mine')))
  for (const answer of answers) t.match(answer, { status: 200, text: 'mine' })
})

t.test('an answer that comes slowly is not waited for by other workers: each streams its own', { timeout: 120_000 }, async (t) => {
  const ends: (() => void)[] = []
  origin.on('/slow', (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' })
    response.write('first.')
    ends.push(() => response.end('last'))
    return undefined
  })
  const crowd = Array.from({ length: 100 }, () => visit(edge, '/slow'))
  await until(() => ends.length >= 2, { what: 'a second worker to fetch it', deadlineMs: 20_000 })
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 100, { what: 'all to be there', deadlineMs: 20_000 })
  const done = Promise.all(crowd)
  const poll = setInterval(() => {
    for (const end of ends.splice(0)) end()
  }, 20)
  for (const answer of await done) t.match(answer, { status: 200, text: 'first.last' })
  clearInterval(poll)
  t.ok(asked('/slow') <= 4)
})
