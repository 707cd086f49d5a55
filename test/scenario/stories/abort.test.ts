// Clients go away. What was done for them alone is called off; who waited for the same thing is served all the same.

import { get } from 'node:http'
import t from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { PERSON, visit } from '../../support/visit.ts'

const origin = await startOrigin(t)
const site = {
  pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
  routes: { pages: { pool: 'shop', cache: { coalesceTimeoutMs: 60_000 } } },
}
const edge = await startEdge(t, { site })

/** A client that leaves when it is told to. */
function visitor(at: TestEdge, path: string): { leave(): void } {
  const asking = get({ host: '127.0.0.1', port: at.port, path, agent: false, headers: PERSON })
  asking.on('response', (answer) => answer.resume())
  asking.on('error', () => {}) // Leaving is meant.
  return { leave: () => asking.destroy() }
}

const idle = () => until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
const aborts = () => edge.metric('weir_client_aborts_total')

t.test('a client leaves before the answer: the request to the origin is called off', async (t) => {
  let calledOff = false
  origin.on('/report', (_request, response) => {
    response.once('close', () => {
      calledOff = true
    })
    return new Promise(() => {}) // Never answers.
  })
  const before = await aborts()
  const client = visitor(edge, '/report')
  await origin.waitForCount(1, '/report')
  client.leave()
  await until(() => calledOff, { what: 'the origin to be told' })
  await idle()
  t.equal(await aborts(), before + 1)
  t.equal(await edge.metric('weir_peer_ejections_total'), 0, 'nobody holds it against the origin')
})

t.test('a client leaves in the middle of an endless answer: the origin stops', async (t) => {
  let calledOff = false
  origin.on('/feed', (_request, response) => {
    const beat = setInterval(() => response.write('x'.repeat(1_000)), 5)
    response.once('close', () => {
      clearInterval(beat)
      calledOff = true
    })
    return undefined
  })
  const asking = get({ host: '127.0.0.1', port: edge.port, path: '/feed', agent: false, headers: PERSON })
  asking.on('error', () => {})
  await new Promise<void>((resolve) => asking.once('response', (answer) => answer.once('data', () => resolve()).on('error', () => {})))
  asking.destroy()
  await until(() => calledOff, { what: 'the origin to stop' })
  await idle()
  t.pass('nothing is left under way')
})

t.test('the one who asked leaves: those who waited for the same page get it', async (t) => {
  origin.on('/launch', { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const hold = origin.hold('/launch')
  const first = visitor(edge, '/launch')
  await origin.waitForCount(1, '/launch')
  const others = Promise.all(Array.from({ length: 20 }, () => visit(edge, '/launch')))
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 21, { what: '21 requests to be at the edge' })

  first.leave()
  await until(async () => (await edge.metric('weir_connections')) === 20, { what: 'the first to be gone' })
  hold.release()
  t.ok((await others).every(({ status, text }) => status === 200 && text === 'page'))
  t.equal(origin.count('/launch'), 1, 'its fetch went on for them')
  await idle()
})

t.test('one of those who wait leaves: nobody else notices', async (t) => {
  origin.on('/sale', { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const hold = origin.hold('/sale')
  const asked = visit(edge, '/sale')
  await origin.waitForCount(1, '/sale')
  const waiter = visitor(edge, '/sale')
  const others = Promise.all(Array.from({ length: 5 }, () => visit(edge, '/sale')))
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 7, { what: '7 requests to be at the edge' })

  waiter.leave()
  hold.release()
  t.ok([await asked, ...(await others)].every(({ status, text }) => status === 200 && text === 'page'))
  t.equal(origin.count('/sale'), 1, 'and the origin was asked once')
  await idle()
})
