import t from 'tap'
import { checkRouteConflicts } from '../../../edge/contract/check-route-conflicts.ts'
import { lines, siteWithRoutes } from './site-of.ts'

function told(routes: Readonly<Record<string, object>>, parts: object = {}): string[] {
  const withPool = Object.fromEntries(Object.entries(routes).map(([id, route]) => [id, { pool: 'shop', ...route }]))
  return lines(checkRouteConflicts(siteWithRoutes(withPool, parts))).map((line) => line.replace(/;.*/, ''))
}

t.test('two routes with the same conditions conflict, however these are written', (t) => {
  t.same(told({ a: { path: '/x' }, b: { path: '/x' } }), ['/routes/b takes the same requests as route "a"'])
  t.same(told({ a: { path: '/u/{id}' }, b: { path: '/u/{name}' } }), ['/routes/b takes the same requests as route "a"'])
  t.same(told({ a: { methods: ['GET', 'PUT'] }, b: { methods: ['PUT', 'GET'] } }), ['/routes/b takes the same requests as route "a"'])
  t.same(told({ a: { headers: { 'X-A': '1', b: '2' } }, b: { headers: { B: '2', 'x-a': '1' } } }), [
    '/routes/b takes the same requests as route "a"',
  ])
  t.end()
})

t.test('one condition more or other tells routes apart', (t) => {
  const routes = {
    a: { path: '/x' },
    b: { path: '/x/*' },
    c: { path: '/x', methods: ['GET'] },
    d: { path: '/x', headers: { a: '1' } },
    e: { path: '/x', query: { a: '1' } },
    f: { path: '/x', cookies: { a: '1' } },
    g: { path: '/x', cookies: { A: '1' } },
    h: { path: '/x', hosts: ['other.example'] },
  }
  t.same(told(routes), [])
  t.end()
})

t.test('one host in common is enough', (t) => {
  t.same(told({ a: { hosts: ['a.example', 'b.example'] }, b: { hosts: ['c.example', 'b.example'] } }), [
    '/routes/b takes the same requests as route "a"',
  ])
  t.same(told({ a: { hosts: ['a.example'] }, b: { hosts: ['*.example'] } }), [])
  t.end()
})

t.test('a route without hosts has those of the site', (t) => {
  const hosts = ['a.example', 'b.example']
  t.same(told({ a: {}, b: { hosts: ['b.example'] } }, { hosts }), ['/routes/b takes the same requests as route "a"'])
  t.same(told({ a: { hosts: ['b.example'] }, b: {} }, { hosts }), ['/routes/a takes the same requests as route "b"'])
  t.same(told({ a: {}, b: { hosts: ['c.example'] } }, { hosts }), [])
  t.end()
})

t.test('a host that a route names twice is no conflict with itself', (t) => {
  t.same(told({ a: { hosts: ['a', 'a'] }, b: { path: '/b' } }), [])
  t.end()
})

t.test('the cost of comparing is the number of routes and hosts, not their product', (t) => {
  const hosts = Array.from({ length: 5_000 }, (_, i) => `h${i}.example`)
  const routes = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`r${i}`, { path: `/${i % 3_999}` }]))
  t.same(told(routes, { hosts }), ['/routes/r3999 takes the same requests as route "r0"'])
  t.end()
})
