import t from 'tap'
import { Line } from '../../support/exchange-maker.ts'

const line = new Line({
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  routes: {
    read: { path: '/a', methods: ['GET'], pool: 'shop' },
    write: { path: '/a', methods: ['POST'], pool: 'shop' },
  },
})

t.test('the route that takes a request is noted', async (t) => {
  const { asked, x } = line.asked({ method: 'POST', target: '/a' })
  t.equal(asked.route.id, 'write')
  t.equal(x.why.route, 'write')
})

t.test('no route is a 404', async (t) => {
  t.match(await line.ask({ target: '/b' }), { status: 404, logged: { fault: 'NO_ROUTE', route: '' } })
})

t.test('another method is a 405 that says which would be taken', async (t) => {
  const { status, fields } = await line.ask({ method: 'DELETE', target: '/a' })
  t.equal(status, 405)
  t.equal(fields.get('allow'), 'GET, HEAD, POST')
})
