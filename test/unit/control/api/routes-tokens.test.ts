import t from 'tap'
import { startTestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

t.test('a secret is shown once and never again', async (t) => {
  const control = await startTestControl(t)
  const made = await control.call({ method: 'POST', path: '/v1/tokens', body: { name: 'ann', role: 'viewer' } })
  t.match(made, { status: 201, json: { id: /^[0-9a-f]+$/, name: 'ann', role: 'viewer', token: /^weir_viewer_[0-9a-f]{64}$/ } })
  t.equal((await control.call({ path: '/v1/site', token: made.json.token })).status, 404)
  const list = await control.call({ path: '/v1/tokens' })
  t.same(
    list.json.tokens.map(({ name }: { name: string }) => name),
    ['first admin', 'first edge', 'ann'],
  )
  t.notMatch(list.text, /digest|weir_/)
  t.notOk(JSON.stringify((await control.call({ path: '/v1/audit' })).json).includes(made.json.token))
})

t.test('a name means one token only', async (t) => {
  const control = await startTestControl(t)
  const make = (name: string) => control.call({ method: 'POST', path: '/v1/tokens', body: { name, role: 'viewer' } })
  t.equal((await make('ann')).status, 201)
  t.match(await make('ann'), { status: 409, json: { detail: /"ann" is taken/ } })
  t.equal((await make('weir')).status, 409, 'nor can anybody pass for the control plane itself')
  t.equal((await make('a\u0000b')).status, 400)
})

t.test('a token that is taken back is good for nothing from then on, streams included', async (t) => {
  const control = await startTestControl(t)
  const made = await control.call({ method: 'POST', path: '/v1/tokens', body: { name: 'berlin', role: 'edge' } })
  const edge = await TestEdge.connect(t, { port: control.port, token: made.json.token, edgeId: 'e1' })
  const other = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e2' })
  t.equal((await control.call({ method: 'DELETE', path: `/v1/tokens/${made.json.id}` })).status, 204)
  await edge.untilClosed()
  t.equal(other.closed, false)
  t.equal((await control.call({ path: '/v1/site', token: made.json.token })).status, 401)
  t.equal((await control.call({ method: 'DELETE', path: `/v1/tokens/${made.json.id}` })).status, 404)
  t.match(await control.call({ path: '/v1/audit?limit=1' }), { json: { audit: [{ action: 'token.drop', subject: 'berlin' }] } })
})

t.test('the last admin token stays', async (t) => {
  const control = await startTestControl(t)
  const { json } = await control.call({ path: '/v1/tokens' })
  const { id } = json.tokens.find(({ role }: { role: string }) => role === 'admin')
  t.match(await control.call({ method: 'DELETE', path: `/v1/tokens/${id}` }), { status: 409, json: { detail: /last admin/ } })
  await control.makeToken('second', 'admin')
  t.equal((await control.call({ method: 'DELETE', path: `/v1/tokens/${id}` })).status, 204)
  t.equal((await control.call({ path: '/v1/tokens' })).status, 401)
})
