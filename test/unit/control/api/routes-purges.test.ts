import t from 'tap'
import { publish, startTestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

const TAG = { by: 'tag', tag: 'product-7' }

t.test('a purge reaches every edge that knows purges, and each says that it goes by it', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const token = control.edgeToken
  const edges = await Promise.all(
    ['e1', 'e2'].map((edgeId) => TestEdge.connect(t, { port: control.port, token, edgeId, have: { purgeSeq: 0 } })),
  )
  const operator = await control.makeToken('ann', 'operator')
  const body = { purges: [TAG, { by: 'route', route: 'cart', mode: 'soft' }], reason: 'price' }
  const answer = control.call({ method: 'POST', path: '/v1/purges?waitMs=5000', body, token: operator })
  for (const edge of edges) {
    const { purges } = await edge.next('purge')
    t.match(purges, [
      { seq: 1, order: { ...TAG, mode: 'hard' } },
      { seq: 2, order: { by: 'route', route: 'cart', mode: 'soft' } },
    ])
    edge.say({ type: 'ack', what: 'purge', seq: 2, atMs: 1 })
  }
  t.match(await answer, { status: 200, json: { seq: 2, seqs: [1, 2], edges: { acked: 2, of: 2 } } })
  t.match((await control.call({ path: '/v1/purges/2' })).json, {
    seq: 2,
    owner: 'ann',
    reason: 'price',
    edges: [
      { edgeId: 'e1', state: 'acked' },
      { edgeId: 'e2', state: 'acked' },
    ],
  })
  t.match((await control.call({ path: '/v1/purges?limit=1' })).json, { seq: 2, purges: [{ seq: 2, acked: 2, of: 2 }] })
})

t.test('an edge that says nothing is named', async (t) => {
  const control = await startTestControl(t)
  await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'mute', have: { purgeSeq: 0 } })
  const answer = await control.call({ method: 'POST', path: '/v1/purges', body: { purges: [TAG] } })
  t.match(answer.json, { seq: 1, edges: { acked: 0, of: 1, missing: ['mute'] } })
  t.match((await control.call({ path: '/v1/purges/1' })).json, { edges: [{ edgeId: 'mute', state: 'waiting' }] })
})

t.test('a purge that cannot be is refused with its place; a viewer may look and not purge', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const send = (purges: unknown[], token?: string) =>
    control.call({ method: 'POST', path: '/v1/purges', body: { purges }, ...(token === undefined ? {} : { token }) })
  t.match(await send([TAG, { by: 'route', route: 'none' }]), { status: 422, json: { problems: [{ pointer: '/purges/1/route' }] } })
  t.match(await send([{ by: 'tag' }]), { status: 400, json: { problems: [{ pointer: /^\/purges\/0/ }] } })
  t.equal((await send([])).status, 400)
  const viewer = await control.makeToken('bob', 'viewer')
  t.equal((await send([TAG], viewer)).status, 403)
  t.equal((await control.call({ path: '/v1/purges', token: viewer })).status, 200)
  t.match(await control.call({ path: '/v1/purges/7' }), { status: 404, json: { detail: /no purge 7/ } })
})

t.test('a request under a name that was used is answered with what it did then', async (t) => {
  const control = await startTestControl(t)
  const send = () => control.call({ method: 'POST', path: '/v1/purges', body: { purges: [TAG], key: 'deploy-12' } })
  t.match((await send()).json, { seq: 1 })
  t.match((await send()).json, { seq: 1, known: true })
})
