import t from 'tap'
import { RouteSchema } from '../../../edge/contract/route.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('a route takes everything, unless told otherwise', (t) => {
  const route = accepted(RouteSchema, {})
  t.same([route.path, route.hosts, route.methods, route.headers, route.query, route.cookies], ['/*', [], [], {}, {}, {}])
  t.end()
})

t.test('conditions have names of their kind, and texts for values', (t) => {
  t.same(refusedAt(RouteSchema, { headers: { 'x-a': '*' }, query: { 'a b': 'x*' }, cookies: { sid: '!' } }), [])
  t.same(refusedAt(RouteSchema, { headers: { 'a b': 'x', c: 5 }, query: { '': 'x' } }), ['/headers/a b', '/headers/c', '/query/'])
  t.end()
})

t.test('methods are in capitals', (t) => {
  t.same(refusedAt(RouteSchema, { methods: ['GET', 'get'] }), ['/methods/1'])
  t.end()
})
