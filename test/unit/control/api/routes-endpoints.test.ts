import t from 'tap'
import { type OriginScript, startOrigin } from '../../../support/origin.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'
import { publish, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

/** A Consul whose one service has as many instances as the test says; blocking queries wait until that changes. */
async function startScripted(t: Scope) {
  const state = { count: 6, index: 10, changed: Promise.withResolvers<void>() }
  const script: OriginScript = async ({ target }) => {
    if (new URL(target, 'http://c').searchParams.get('index') === String(state.index)) await state.changed.promise
    const list = Array.from({ length: state.count }, (_, i) => ({ Service: { Address: '10.0.0.1', Port: 9_000 + i } }))
    return { headers: { 'content-type': 'application/json', 'x-consul-index': String(state.index) }, body: JSON.stringify(list) }
  }
  const consul = await startOrigin(t, script)
  t.teardown(() => state.changed.resolve())
  const set = (count: number) => {
    const { changed } = state
    Object.assign(state, { count, index: state.index + 1, changed: Promise.withResolvers<void>() })
    changed.resolve()
  }
  return { consul, set }
}

async function begin(t: Scope) {
  const { consul, set } = await startScripted(t)
  const control = await startTestControl(t, { consul: { url: consul.url, waitMs: 60_000 } as never })
  await publish(control, { pools: { origin: { discover: { service: 'shop' } } }, routes: { all: { path: '/*', pool: 'origin' } } })
  await until(async () => (await report(control)).peers === 6, { what: 'six peers' })
  const holdAt = async (count: number) => {
    set(count)
    return until(async () => (await report(control)).hold, { what: `${count} to be held` })
  }
  return { control, set, holdAt }
}

const report = async (control: TestControl) => (await control.call({ path: '/v1/endpoints' })).json.reports[0]
const post = (control: TestControl, verdict: string, body: object, token?: string) =>
  control.call({ method: 'POST', path: `/v1/endpoints/${verdict}?waitMs=5000`, body, ...(token === undefined ? {} : { token }) })

t.test('without discovery there are no endpoints and nothing to report', async (t) => {
  const control = await startTestControl(t)
  t.same((await control.call({ path: '/v1/endpoints' })).json, { seq: 0, services: [], reports: [] })
})

t.test('what is held is shown with its countdown, and an operator accepts it for every edge', async (t) => {
  const { control, holdAt } = await begin(t)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  const hold = await holdAt(2)
  t.match(hold, {
    kind: 'loss',
    listed: 2,
    kept: { count: 4, addresses: ['10.0.0.1:9002', '10.0.0.1:9003', '10.0.0.1:9004', '10.0.0.1:9005'] },
  })
  t.equal(hold.untilMs, control.clock.wallMs() + 600_000)
  t.equal((await report(control)).peers, 6)

  t.equal((await post(control, 'accept', { service: 'shop', hold: hold.id + 1 })).status, 412, 'another hold than the one that was seen')
  t.equal((await report(control)).peers, 6)
  const operator = await control.makeToken('ann', 'operator')
  const said = post(control, 'accept', { service: 'shop', hold: hold.id, reason: 'scaled down' }, operator)
  const { endpoints } = await edge.next('endpoints', (message) => message.endpoints.services[0]?.peers.length === 2)
  edge.say({ type: 'ack', what: 'endpoints', seq: endpoints.seq, atMs: 1 })
  t.match(await said, { status: 200, json: { seq: endpoints.seq, hold: { listed: 2 }, edges: { acked: 1, of: 1 } } })
  t.match(await report(control), { peers: 2, hold: null, difference: { removed: { count: 4 } } })
  t.equal((await post(control, 'accept', { service: 'shop' })).status, 409, 'nothing is held any more')
  const { json } = await control.call({ path: '/v1/audit?limit=1' })
  const change = { hold: hold.id, kind: 'loss', listed: 2, kept: 4 }
  t.match(json.audit, [{ action: 'endpoints.accept', subject: 'shop', actor: 'ann', reason: 'scaled down', change }])
})

t.test('what is refused stays, without an end, until the answer recovers', async (t) => {
  const { control, holdAt, set } = await begin(t)
  await holdAt(0)
  t.match(await post(control, 'refuse', { service: 'shop', reason: 'Consul was restarted' }), { status: 200 })
  t.match(await report(control), { peers: 6, hold: { refused: true, untilMs: null } })
  control.clock.advance(86_400_000)
  t.equal((await report(control)).peers, 6)
  t.match((await control.call({ path: '/v1/audit?limit=1' })).json.audit, [{ action: 'endpoints.refuse', subject: 'shop' }])
  set(6)
  await until(async () => (await report(control)).hold === null, { what: 'the hold to end' })
})

t.test('a viewer may look and not decide, and an unknown service is named with what is held', async (t) => {
  const { control, holdAt } = await begin(t)
  await holdAt(1)
  const viewer = await control.makeToken('eve', 'viewer')
  t.equal((await post(control, 'accept', { service: 'shop' }, viewer)).status, 403)
  t.match(await post(control, 'accept', { service: 'shpo' }), {
    status: 404,
    json: { detail: /No pool discovers "shpo"; what is held: shop/ },
  })
  t.equal((await post(control, 'accept', { hold: 1 })).status, 400)
})
