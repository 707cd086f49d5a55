import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { compileBySpecificity, predicatesHold, type RouteRule } from '../../../edge/route/compiled-route.ts'

const rule = (part: Partial<RouteRule>): RouteRule => ({ hosts: [], path: '/*', methods: [], headers: {}, query: {}, cookies: {}, ...part })
const order = (routes: Record<string, Partial<RouteRule>>): string[] =>
  compileBySpecificity(Object.fromEntries(Object.entries(routes).map(([id, part]) => [id, rule(part)]))).map((route) => route.found.id)

t.test('the path decides from the left: literal, name, tail', async (t) => {
  const paths = { all: '/*', prefix: '/user/*', pattern: '/user/{id}', deep: '/user/me/*', name: '/{name}/orders', exact: '/user/me' }
  const routes = Object.fromEntries(Object.entries(paths).map(([id, path]) => [id, { path }]))
  const ids = order(routes)
  t.same(
    ids.filter((id) => id !== 'exact'),
    ['deep', 'pattern', 'prefix', 'name', 'all'],
  )
  t.ok(ids.indexOf('exact') < ids.indexOf('pattern'))
})

t.test('with one path, more predicates come first, then methods, then the id', async (t) => {
  const routes = {
    plain: {},
    b: { methods: ['POST'] },
    a: { methods: ['GET'] },
    one: { headers: { x: '*' } },
    two: { headers: { x: '*' }, cookies: { y: '*' } },
  }
  t.same(order(routes), ['two', 'one', 'a', 'b', 'plain'])
})

t.test('the order of the file says nothing', async (t) => {
  const routes = { c: {}, a: {}, b: { methods: ['GET'] } }
  const reversed = Object.fromEntries(Object.entries(routes).reverse())
  t.same(order(routes), order(reversed))
})

t.test('ranks count up in that order', async (t) => {
  const routes = compileBySpecificity({ a: rule({}), b: rule({ path: '/x' }) })
  t.same(
    routes.map((route) => [route.rank, route.found.id]),
    [
      [0, 'b'],
      [1, 'a'],
    ],
  )
})

t.test('who names GET takes HEAD, and nobody else does', async (t) => {
  const [get, post] = compileBySpecificity({ a: rule({ methods: ['GET'] }), b: rule({ methods: ['POST'] }) })
  t.ok(get!.methods!.has('HEAD'))
  t.notOk(post!.methods!.has('HEAD'))
})

t.test('all predicates of a route must hold', async (t) => {
  const [route] = compileBySpecificity({ a: rule({ headers: { x: '1', y: '2' } }) })
  const request = (fields: Record<string, string>) => ({ host: '', path: '/', method: 'GET', fields: Fields.of(fields), query: null })
  t.ok(predicatesHold(route!, request({ x: '1', y: '2' })))
  t.notOk(predicatesHold(route!, request({ x: '1' })))
})
