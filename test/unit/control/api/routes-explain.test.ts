import t from 'tap'
import { publish, startTestControl } from './test-control.ts'

t.test('a request is explained under what stands', async (t) => {
  const control = await startTestControl(t)
  const explain = (body: object) => control.call({ method: 'POST', path: '/v1/explain', body })
  t.equal((await explain({ url: 'http://shop.test/cart' })).status, 409, 'nothing stands yet')
  await publish(control)
  await control.call({
    method: 'PUT',
    path: '/v1/switches/sale',
    body: { routes: ['cart'], clients: 'all', mode: 'closed', reason: 'sale', forMs: 60_000 },
  })
  const headers = { 'user-agent': 'Mozilla/5.0' }
  const closed = await explain({ url: 'http://shop.test/cart', headers, address: '192.0.2.7' })
  t.match(closed.json, {
    revision: 1,
    route: 'cart',
    mode: { mode: 'closed', by: 'sale', reason: 'sale' },
    client: { address: '192.0.2.7' },
  })
  t.match((await explain({ url: 'http://shop.test/', headers })).json, { route: 'all', mode: { mode: 'normal' }, limits: [{ id: 'api' }] })
  t.match((await explain({ url: 'http://shop.test/', headers })).json, { pool: { id: 'origin', peer: '127.0.0.1:9' } })
  t.match(await explain({ url: '/cart' }), { status: 400, json: { problems: [{ pointer: '/url' }] } })
})
