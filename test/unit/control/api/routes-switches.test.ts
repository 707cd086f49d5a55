import t from 'tap'
import { publish, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

const ORDER = { routes: ['cart'], clients: 'all', mode: 'closed', reason: 'too much load', forMs: 60_000 }
const put = (control: TestControl, path: string, body: object, token?: string) =>
  control.call({ method: 'PUT', path, body, ...(token === undefined ? {} : { token }) })
const drop = (control: TestControl, path: string) => control.call({ method: 'DELETE', path })

t.test('a switch is set in the name of its token, and ends by itself', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const operator = await control.makeToken('ann', 'operator')
  t.match(await put(control, '/v1/switches/sale', ORDER, operator), {
    status: 200,
    json: { seq: 1, edges: { acked: 0, nacked: 0, of: 0 } },
  })
  const setAtMs = control.clock.wallMs()
  const board = await control.call({ path: '/v1/switchboard' })
  t.match(board.json, { seq: 1, switches: [{ id: 'sale', owner: 'ann', setAtMs, expiresAtMs: setAtMs + 60_000 }], overrides: [] })
  control.clock.setWall(setAtMs + 60_000)
  t.same((await control.call({ path: '/v1/switchboard' })).json, { seq: 1, switches: [], overrides: [] })
})

t.test('a route or limit that the site does not have is refused with its pointer', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const wrong = await put(control, '/v1/switches/sale', { ...ORDER, routes: ['crat'] })
  t.match(wrong, { status: 422, json: { problems: [{ pointer: '/routes/0', message: /no route "crat"/ }] } })
  t.equal((await put(control, '/v1/overrides/none', { rate: '5/s', reason: 'x', forMs: 1_000 })).status, 422)
  t.equal((await put(control, '/v1/switches/NO', ORDER)).status, 400, 'nor is a name that is none')
  t.match(await control.call({ path: '/v1/switchboard' }), { json: { seq: 0 } })
})

t.test('a limit is overridden and given back', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  t.match(await put(control, '/v1/overrides/api', { rate: '5/s', burst: 9, reason: 'attack', forMs: 1_000 }), { json: { seq: 1 } })
  t.match(await control.call({ path: '/v1/switchboard' }), { json: { overrides: [{ limit: 'api', rate: '5/s', burst: 9 }] } })
  t.match(await drop(control, '/v1/overrides/api?reason=over'), { status: 200, json: { seq: 2 } })
  t.equal((await drop(control, '/v1/overrides/api')).status, 404)
})

t.test('every flip is audited with its reason and what was asked for', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  await put(control, '/v1/switches/sale', ORDER)
  await drop(control, '/v1/switches/sale?reason=load%20is%20gone')
  t.equal((await drop(control, '/v1/switches/sale')).status, 404, 'a flip that did nothing is not audited')
  const { json } = await control.call({ path: '/v1/audit?limit=2' })
  t.match(json.audit, [
    { action: 'switch.clear', subject: 'sale', reason: 'load is gone', change: { seq: 2 } },
    { action: 'switch.set', subject: 'sale', reason: 'too much load', change: { seq: 1, mode: 'closed', routes: ['cart'], forMs: 60_000 } },
  ])
})

t.test('the answer waits for the edges and says how many have it in force', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const edges = [
    await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' }),
    await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e2' }),
  ]
  const said = put(control, '/v1/switches/sale?waitMs=5000', ORDER)
  for (const edge of edges) {
    const { switchboard } = await edge.next('switches', (message) => message.switchboard.seq === 1)
    t.match(switchboard.switches, [{ id: 'sale', mode: 'closed', owner: 'first admin' }])
    edge.say({ type: 'ack', what: 'switches', seq: 1, atMs: 1 })
  }
  t.same((await said).json, { seq: 1, edges: { acked: 2, nacked: 0, of: 2, afterMs: 0 } })
})
