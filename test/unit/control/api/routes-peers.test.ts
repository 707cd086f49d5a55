import t from 'tap'
import { publish, SITE, startTestControl } from './test-control.ts'

const PEERS = { ...SITE, pools: { origin: { peers: [{ address: '127.0.0.1:9' }, { address: '127.0.0.1:10' }] } } }
const ORDER = { pool: 'origin', address: '127.0.0.1:9', reason: 'new disk', forMs: 60_000 }

t.test('a peer is taken out of service, listed so, put back, and all of it audited', async (t) => {
  const control = await startTestControl(t)
  await publish(control, PEERS)
  const operator = await control.makeToken('ann', 'operator')
  const drain = (body: object, token = operator) => control.call({ method: 'POST', path: '/v1/maintenance', body, token })
  t.match(await drain(ORDER), { status: 200, json: { seq: 1, edges: { of: 0 } } })
  t.match((await control.call({ path: '/v1/switchboard' })).json, { maintenance: [{ address: '127.0.0.1:9', owner: 'ann' }] })
  const listed = await control.call({ path: '/v1/peers?pool=origin&limit=1' })
  t.match(listed.json, { of: 2, peers: [{ pool: 'origin', address: '127.0.0.1:9', maintenance: { reason: 'new disk' } }] })
  t.equal(listed.json.peers.length, 1)

  const last = { ...ORDER, address: '127.0.0.1:10' }
  t.match(await drain(last), { status: 422, json: { problems: [{ pointer: '/address', message: /last usable peer/ }] } })
  t.equal((await drain({ ...last, lastPeer: 'allow' })).status, 200)
  const restore = (query: string) => control.call({ method: 'DELETE', path: `/v1/maintenance?${query}`, token: operator })
  t.equal((await restore('pool=origin&address=127.0.0.1%3A9&reason=done')).status, 200)
  t.match(await restore('pool=origin&address=127.0.0.1%3A9'), {
    status: 404,
    json: { detail: 'The peer "origin 127.0.0.1:9" is not out of service; those that are: origin 127.0.0.1:10' },
  })
  t.match((await control.call({ path: '/v1/audit?limit=1' })).json.audit, [
    { action: 'peer.restore', subject: 'origin 127.0.0.1:9', reason: 'done', actor: 'ann' },
  ])
})

t.test('who may only look may not, and what is no peer is refused', async (t) => {
  const control = await startTestControl(t)
  await publish(control, PEERS)
  const viewer = await control.makeToken('vic', 'viewer')
  t.equal((await control.call({ method: 'POST', path: '/v1/maintenance', body: ORDER, token: viewer })).status, 403)
  t.equal((await control.call({ path: '/v1/peers', token: viewer })).status, 200)
  t.equal((await control.call({ method: 'POST', path: '/v1/maintenance', body: { ...ORDER, address: 'no' } })).status, 400)
  t.equal((await control.call({ method: 'POST', path: '/v1/maintenance', body: { ...ORDER, forMs: 1 } })).status, 400)
})
