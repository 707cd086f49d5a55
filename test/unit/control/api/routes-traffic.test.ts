import t from 'tap'
import { SECOND_MS } from '../../../../edge/contract/units.ts'
import type { Scope } from '../../../support/scope.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { until } from '../../../support/until.ts'
import { CANARY, SPLIT_SITE } from '../domain/split-site.ts'
import { publish, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

const post = (control: TestControl, path: string, body: object, token?: string) =>
  control.call({ method: 'POST', path, body, ...(token === undefined ? {} : { token }) })
const start = (control: TestControl, route = 'shop') => post(control, `/v1/shifts/${route}`, { kind: 'canary', reason: 'version 2' })
const act = (control: TestControl, name: string, reason = '') => post(control, `/v1/shifts/shop/${name}`, { reason })
const shiftOf = async (control: TestControl) => (await control.call({ path: '/v1/traffic' })).json.shifts[0]
const sharesOf = async (control: TestControl) => (await control.call({ path: '/v1/traffic' })).json.routes[0].shares

async function begin(t: Scope, options = {}) {
  const control = await startTestControl(t, options)
  await publish(control, SPLIT_SITE)
  return control
}

async function connect(t: Scope, control: TestControl) {
  const edge = await TestEdge.connect(t, { port: control.port, token: control.firstEdgeToken ?? control.edgeToken, edgeId: 'e1' })
  /** Tells figures of both groups, and waits until they are known. */
  const tell = async (requests: number, failures: number) => {
    const { seq } = (await shiftOf(control)).stage
    const before = (await shiftOf(control)).tally.group.requests
    const group = (name: string, failed: number) => ({ route: 'shop', group: name, requests, failures: failed, times: [requests] })
    const have = { revision: 1, switchSeq: seq, endpointSeq: 0 }
    const groups = [group('next', failures), group('control', 0)]
    edge.say({ type: 'beat', have, inFlight: 0, requests: 0, hitRatio: null, workers: 1, redis: 'none', groups })
    await until(async () => (await shiftOf(control)).tally.group.requests === before + requests, { what: 'the figures to be known' })
  }
  return { edge, tell }
}

t.test('shares are set by hand, told to edges, and taken back', async (t) => {
  const control = await begin(t)
  const { edge } = await connect(t, control)
  const ann = await control.makeToken('ann', 'operator')
  const set = await control.call({
    method: 'PUT',
    path: '/v1/traffic/shop',
    body: { percents: { next: 30 }, reason: 'a look' },
    token: ann,
  })
  t.match(set, { status: 200, json: { seq: 1 } })
  const { switchboard } = await edge.next('switches', (message) => message.switchboard.seq === 1)
  t.match(switchboard.weights, [{ route: 'shop', percents: { next: 30, zone: 10 }, owner: 'ann', reason: 'a look' }])
  t.same(await sharesOf(control), { control: 60, next: 30, zone: 10 })
  t.match(await control.call({ method: 'DELETE', path: '/v1/traffic/shop?reason=enough' }), { status: 200, json: { seq: 2 } })
  t.same(await sharesOf(control), { control: 90, next: 0, zone: 10 })
  t.match(await control.call({ method: 'DELETE', path: '/v1/traffic/shop' }), {
    status: 404,
    json: { detail: /No shares of "shop" are set/ },
  })
  t.equal((await control.call({ method: 'PUT', path: '/v1/traffic/plain', body: { percents: {}, reason: 'x' } })).status, 422)
  const { audit } = (await control.call({ path: '/v1/audit?limit=2' })).json
  t.match(audit, [
    { action: 'traffic.clear', reason: 'enough' },
    { action: 'traffic.set', actor: 'ann', change: { percents: { next: 30 } } },
  ])
})

t.test('a canary that fares well goes through its steps by itself', async (t) => {
  const control = await begin(t)
  const { tell } = await connect(t, control)
  t.match(await start(control), { status: 200, json: { seq: 1, shift: { percent: 10, stage: { state: 'running', step: 0 } } } })
  t.match(await sharesOf(control), { next: 10, control: 81, zone: 9 })
  control.clock.advance(CANARY.stepMs)
  t.match(await shiftOf(control), { stage: { step: 0 }, verdict: 'too-few', told: /0 of 20 requests/ }, 'time alone does not decide')
  await tell(30, 0)
  control.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { percent: 50, stage: { step: 1 }, tally: { group: { requests: 0 } } })
  await tell(30, 0)
  control.clock.advance(CANARY.stepMs)
  t.match(await sharesOf(control), { next: 100, control: 0, zone: 0 })
  await tell(30, 0)
  control.clock.advance(CANARY.stepMs)
  t.match(await shiftOf(control), { percent: 100, stage: { state: 'done' } })
  const { audit } = (await control.call({ path: '/v1/audit?limit=4' })).json
  t.same(
    audit.map((each: { action: string; actor: string }) => `${each.action} ${each.actor}`),
    ['shift.done weir', 'shift.step weir', 'shift.step weir', 'shift.start first admin'],
  )
})

t.test('one that fares badly is returned at once, and says why', async (t) => {
  const control = await begin(t)
  const { tell, edge } = await connect(t, control)
  await start(control)
  await tell(40, 13)
  control.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { percent: 0, stage: { state: 'returned', because: /^32\.5 % of 40 requests failed, beside 0 % of 40/ } })
  const { switchboard } = await edge.next('switches', (message) => message.switchboard.seq === 2)
  t.match(switchboard.weights, [{ route: 'shop', percents: { next: 0, zone: 10 }, reason: /^returned: 32\.5 %/ }])
  t.match((await control.call({ path: '/v1/troubles' })).json.troubles, [{ kind: 'canary-returned', pool: 'v2', cause: /32\.5 %/ }])
  t.match((await control.call({ path: '/v1/audit?limit=1' })).json.audit, [{ action: 'shift.return', actor: 'weir', subject: 'shop' }])
  t.equal((await act(control, 'return')).status, 409)
  await control.call({ method: 'DELETE', path: '/v1/traffic/shop' })
  t.equal(await shiftOf(control), undefined, 'once its shares are taken back it is over and done with')
  t.same((await control.call({ path: '/v1/troubles' })).json.troubles, [])
})

t.test('operators pause, go on, advance and take back', async (t) => {
  const control = await begin(t)
  const { tell } = await connect(t, control)
  t.match(await act(control, 'pause'), { status: 409, json: { detail: /no shift of "shop"/ } })
  await start(control)
  t.equal((await start(control)).status, 409, 'one at a time')
  t.equal((await control.call({ method: 'PUT', path: '/v1/traffic/shop', body: { percents: { next: 1 }, reason: 'x' } })).status, 409)
  t.match(await act(control, 'pause', 'lunch'), { status: 200, json: { shift: { stage: { state: 'paused' } } } })
  await tell(30, 0)
  control.clock.advance(CANARY.stepMs)
  t.match(await shiftOf(control), { stage: { state: 'paused', step: 0 } })
  t.match((await control.call({ path: '/v1/troubles' })).json.troubles, [{ kind: 'canary-held', cause: /paused/ }])
  await act(control, 'resume')
  control.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { stage: { state: 'running', step: 1 } })
  t.match(await act(control, 'advance', 'in a hurry'), { json: { shift: { percent: 100, stage: { step: 2 } } } })
  t.match(await act(control, 'advance'), { status: 409, json: { detail: /last step/ } })
  t.match(await act(control, 'return', 'wrong prices'), {
    json: { shift: { percent: 0, stage: { state: 'returned', because: 'wrong prices' } } },
  })
  t.match(await act(control, 'pause'), { status: 409, json: { detail: /is over: wrong prices/ } })
  t.match(await start(control), { status: 200 }, 'and may begin anew')
  t.equal((await post(control, '/v1/shifts/shop/stop', { reason: '' })).status, 400)
  t.equal((await post(control, '/v1/shifts/shop', { kind: 'canary', reason: 'x' }, await control.makeToken('bob', 'viewer'))).status, 403)
})

t.test('a switch of zones goes by the clock, and back', async (t) => {
  const control = await begin(t)
  const order = { kind: 'switch', to: 'zone', steps: [50, 100], stepMs: SECOND_MS, reason: 'work in the west' }
  t.match(await post(control, '/v1/shifts/cart', order), { status: 200, json: { shift: { percent: 50 } } })
  control.clock.advance(SECOND_MS)
  control.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { percent: 100, stage: { state: 'done' } })
  t.match(await post(control, '/v1/shifts/cart/return', { reason: 'it is done' }), { status: 200 })
  t.match(await shiftOf(control), { percent: 0, stage: { state: 'returned' } })
  t.same((await control.call({ path: '/v1/troubles' })).json.troubles, [], 'what nobody judged is in order')
})

t.test('a restart of the control plane in the middle goes on from the same step', async (t) => {
  const stateDir = tempDir(t)
  const first = await begin(t, { stateDir })
  const { tell } = await connect(t, first)
  await start(first)
  await tell(30, 0)
  first.clock.advance(CANARY.stepMs)
  const before = await shiftOf(first)
  t.match(before, { stage: { step: 1 } })
  const secret = first.firstToken
  await first.close()

  const again = await startTestControl(t, { stateDir }, 2)
  again.clock.setWall(first.clock.wallMs())
  const control = {
    ...again,
    firstToken: secret,
    call: (call: Parameters<TestControl['call']>[0]) => again.call({ token: secret, ...call }),
  }
  t.match(await shiftOf(control), { percent: 50, stage: before.stage, owner: before.owner, reason: 'version 2' })
  const second = await connect(t, control)
  await second.tell(40, 20)
  again.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { percent: 0, stage: { state: 'returned' } })
})

t.test('a site that has the group no longer ends its shift', async (t) => {
  const control = await begin(t)
  await start(control)
  const { shop, ...routes } = SPLIT_SITE.routes
  await publish(control, { ...SPLIT_SITE, routes: { ...routes, shop: { path: shop.path, pool: shop.pool } } })
  control.clock.advance(SECOND_MS)
  t.match(await shiftOf(control), { stage: { state: 'returned', because: /no longer has this group/ } })
})
