import t from 'tap'
import { type Asking, Line } from '../../support/exchange-maker.ts'

const POOLS = { shop: { peers: [{ address: '127.0.0.1:1' }] } }
const ROUTES = { read: { path: '/a', methods: ['GET'], pool: 'shop' }, write: { path: '/a', methods: ['POST'], pool: 'shop' } }
const line = new Line({ pools: POOLS, routes: ROUTES })

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

t.test('a route that is remembered for a target is no other request’s', async (t) => {
  const routes = { ...ROUTES, other: { hosts: ['other.example'], path: '/*', pool: 'shop' } }
  const routeOf = (line: Line, asking: Asking) => line.asked({ target: '/a', ...asking }).asked.route.id
  const plain = new Line({ pools: POOLS, routes })
  const fussy = new Line({ pools: POOLS, routes: { ...routes, tests: { path: '/a', headers: { 'x-test': 'yes' }, pool: 'shop' } } })
  const askings: Asking[] = [{}, { method: 'POST' }, { headers: { Host: 'other.example' } }, { headers: { 'X-Test': 'yes' } }]
  for (const again of [1, 2]) {
    t.same(
      askings.map((asking) => routeOf(plain, asking)),
      ['read', 'write', 'other', 'read'],
      `time ${again}`,
    )
    t.same(
      askings.toReversed().map((asking) => routeOf(fussy, asking)),
      ['tests', 'other', 'write', 'read'],
      `time ${again}, by fields`,
    )
  }
  t.match(await plain.ask({ method: 'DELETE', target: '/a' }), { status: 405 })
})
