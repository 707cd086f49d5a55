import t from 'tap'
import { publish, startTestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

t.test('the list of edges says what each has beside what stands', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  await control.call({
    method: 'PUT',
    path: '/v1/switches/sale',
    body: { routes: [], clients: 'all', mode: 'closed', reason: 'x', forMs: 60_000 },
  })
  t.same((await control.call({ path: '/v1/edges' })).json, { revision: 1, switchSeq: 1, endpointSeq: 0, connected: 0, edges: [] })
  await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  t.match((await control.call({ path: '/v1/edges' })).json, {
    connected: 1,
    edges: [
      { edgeId: 'e1', build: '0.1.0', have: { revision: 0, switchSeq: 0 }, connection: { state: 'connected', address: '127.0.0.1' } },
    ],
  })
})
