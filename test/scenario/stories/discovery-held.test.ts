// Most instances leave Consul at once, and nobody can tell a mistake from the truth: the answer is held, shown, and an operator decides,
// once by the command line and once by the API. Traffic never notices.

import t, { type Test } from 'tap'
import type { ServiceReport } from '../../../control/domain/endpoint-source.ts'
import { startConsul } from '../../support/consul.ts'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import type { TestAnswer } from '../../support/http-client.ts'
import { runLoad } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visitors } from '../../support/visit.ts'

const origins = await Promise.all(
  Array.from({ length: 4 }, () => startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })),
)
const consul = await startConsul(t)
// Nodes of the catalog, each with one instance, so that several can leave in one transaction.
async function register(port: number): Promise<void> {
  const service = { ID: `shop-${port}`, Service: 'shop', Port: port, Tags: ['v2'], Meta: { zone: 'fra-a' } }
  const node = { Node: `node-${port}`, Address: '127.0.0.1', Service: service }
  expectOk(await consul.call('PUT', '/v1/catalog/register', JSON.stringify(node)))
}
async function deregister(ports: readonly number[]): Promise<void> {
  const body = ports.map((port) => ({ Node: { Verb: 'delete', Node: { Node: `node-${port}` } } }))
  expectOk(await consul.call('PUT', '/v1/txn', JSON.stringify(body)))
}
function expectOk({ status, text }: TestAnswer): void {
  if (status !== 200) throw new Error(`consul answered ${status}: ${text}`)
}
for (const { port } of origins) await register(port)
const control = await startControl(t, {
  consul,
  site: { pools: { shop: { discover: { service: 'shop' } } }, routes: { pages: { pool: 'shop' } } },
})
const edge = await startEdge(t, { control })
const send = visitors(t, edge, (i) => `/page/${i % 20}`)

const report = async () =>
  (JSON.parse((await control.call('GET', '/v1/endpoints')).text) as { reports: readonly ServiceReport[] }).reports[0]!
const peersAtEdge = async () => (await edge.snapshot()).endpoints.services[0]?.peers ?? []
const held = () => until(async () => (await report()).hold, { what: 'the answer to be held', deadlineMs: 30_000 })
await until(async () => (await peersAtEdge()).length === 4, { what: 'four peers at the edge', deadlineMs: 30_000 })

async function servesAll(t: Test, what: string): Promise<void> {
  const load = await runLoad(send, { total: 200, inFlight: 4 })
  t.same([load.failures, load.statuses], [[], { 200: 200 }], what)
}

t.test('what Consul knows of an instance is at the edge', async (t) => {
  t.match(await peersAtEdge(), [{ zone: 'fra-a', tags: ['v2'], meta: { zone: 'fra-a' } }])
})

t.test('three of four are deregistered at once: they are held, with a countdown, and an operator refuses', async (t) => {
  const gone = origins.slice(1).map(({ port }) => port)
  await deregister(gone)
  const hold = (await held())!
  t.match(hold, { kind: 'loss', listed: 1, refused: false, kept: { count: 3 } })
  t.ok(hold.untilMs !== null && hold.untilMs - Date.now() > 500_000, `${hold.untilMs}`)
  const { output } = await control.weir('endpoints')
  t.match(output, /^shop +consul +4 +\d+ .*ago +\d+ +(9|10) min /m)
  t.match(output, /^shop held: 1 peer listed, 3 more kept; they are let go in (9|10) min$/m)
  await servesAll(t, 'while three are held')

  const refused = await control.weir('endpoints', 'refuse', 'shop', '--hold', String(hold.id), '--reason', 'nobody took them down')
  t.match(refused, { code: 0, output: /^shop: 3 peers kept until the answer recovers/m })
  t.match(await report(), { peers: 4, hold: { refused: true, untilMs: null } })
  await control.stop()
  await control.start()
  await held()
  t.match(await report(), { peers: 4, hold: { refused: true, untilMs: null } }, 'a refusal outlives the control plane')
  for (const port of gone) await register(port)
  await until(async () => (await report()).hold === null, { what: 'the hold to end by itself', deadlineMs: 30_000 })
  await servesAll(t, 'when all are back')
})

t.test(
  'all are deregistered: the last peers stay until an operator accepts, and with a word on another hold nothing happens',
  async (t) => {
    await until(async () => (await edge.snapshot()).controlConnected, { what: 'the edge to be connected again', deadlineMs: 20_000 })
    // They came back one by one, and the first with whom it was no loss ended the hold.
    await until(async () => (await peersAtEdge()).length === 4, { what: 'all four to be back', deadlineMs: 30_000 })
    await deregister(origins.map(({ port }) => port))
    const hold = (await held())!
    t.match(hold, { untilMs: null, listed: 0, kept: { count: 4 } })
    await servesAll(t, 'with nobody listed')
    const word = (body: object) => control.call('POST', '/v1/endpoints/accept?waitMs=15000', { body: { service: 'shop', ...body } })
    t.equal((await word({ hold: hold.id + 1 })).status, 412)
    t.equal((await peersAtEdge()).length, 4)
    const accepted = await word({ hold: hold.id, reason: 'the shop is closed for good' })
    t.match(JSON.parse(accepted.text), { edges: { acked: 1, of: 1 }, hold: { listed: 0 } })
    t.same(await peersAtEdge(), [], 'who acknowledges has it in force')
    t.match((await control.weir('audit')).output, /endpoints\.accept +shop/)
  },
)
