// Consul dies, then the control plane, then an edge is restarted: traffic goes on with what was known last, and so does whoever comes back.

import t, { type Test } from 'tap'
import { startConsul } from '../../support/consul.ts'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { runLoad } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit, visitors } from '../../support/visit.ts'

const origins = await Promise.all(['a', 'b', 'c'].map((name) => startOrigin(t, { body: name, headers: { 'cache-control': 'no-store' } })))
const consul = await startConsul(t)
for (const { port } of origins) await consul.register({ id: `shop-${port}`, name: 'shop', port })
const control = await startControl(t, {
  consul,
  site: { pools: { shop: { discover: { service: 'shop' } } }, routes: { pages: { pool: 'shop' } } },
})
const edge = await startEdge(t, { control })
const paths = Array.from({ length: 30 }, (_, i) => `/page/${i}`)
const send = visitors(t, edge, (i) => paths[i % paths.length]!)

const homes = async (port: number) => Promise.all(paths.map(async (path) => (await visit({ port }, path)).text))
/** The edge has been told of all, and its worker goes by it. */
const allThree = async (at: typeof edge) =>
  (await at.snapshot()).endpoints.services[0]?.peers.length === 3 && (await at.metric('weir_peers', { pool: 'shop' })) === 3
await until(() => allThree(edge), { what: 'three peers at the edge', deadlineMs: 30_000 })
const before = await homes(edge.port)

/** What discovery is up against, as the control plane says it; null while all is well. */
async function lastError(): Promise<string | null> {
  const { reports } = JSON.parse((await control.call('GET', '/v1/endpoints')).text) as { reports: { lastError: string | null }[] }
  return reports[0]!.lastError
}

async function servesAll(t: Test, what: string): Promise<void> {
  const report = await runLoad(send, { total: 200, inFlight: 4 })
  t.same(report.failures, [], what)
  t.same(report.statuses, { 200: 200 }, what)
  t.same(await homes(edge.port), before, 'and every page keeps its home')
}

t.test('Consul is killed: traffic goes on', async (t) => {
  await consul.kill()
  await until(lastError, { what: 'the control plane to notice, and to say so', deadlineMs: 30_000 })
  await servesAll(t, 'with Consul away')
  t.ok(await allThree(edge))
})

t.test('the control plane is killed too, and the edge restarted: it serves what it kept', async (t) => {
  await control.kill()
  await servesAll(t, 'with the control plane away')
  await edge.kill()
  await edge.start()
  t.equal((await edge.snapshot()).controlConnected, false)
  await servesAll(t, 'after the restart')
})

t.test('the control plane comes back without Consul, and hands out what it knew to an edge that knows nothing', async (t) => {
  await control.start()
  await until(async () => (await edge.snapshot()).controlConnected, { what: 'the edge to be connected again', deadlineMs: 30_000 })
  await servesAll(t, 'with the control plane back')
  const newcomer = await startEdge(t, { edgeId: 'edge-2', control })
  await until(() => allThree(newcomer), { what: 'the new edge to have three peers', deadlineMs: 30_000 })
  t.same(await homes(newcomer.port), before)
})

t.test('Consul comes back empty: nobody is let go of, and pages go home once the origins have registered again', async (t) => {
  await consul.restart()
  const held = async () => /^held: /.test((await lastError()) ?? '')
  await until(held, { what: 'the control plane to hear Consul again, and not to believe it', deadlineMs: 60_000 })
  await servesAll(t, 'with an empty Consul')

  for (const { port } of origins) await consul.register({ id: `shop-${port}`, name: 'shop', port })
  await until(async () => (await lastError()) === null, { what: 'the control plane to believe it again', deadlineMs: 30_000 })
  // They register one by one, so for a moment there may be fewer of them.
  const home = async () => (await homes(edge.port)).every((name, i) => name === before[i])
  await until(home, { what: 'every page to be home', deadlineMs: 30_000 })
  await servesAll(t, 'with Consul back')
})
