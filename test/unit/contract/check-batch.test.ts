import t from 'tap'
import { check } from '../../../edge/contract/check.ts'
import { toldOf } from '../../support/exchange-maker.ts'

const problems = (batch: object, route: object = {}) => {
  const item = { path: '/item/{id}', pool: 'shop', batch: { target: '/items?ids={ids}', ...batch }, ...route }
  return check(toldOf({ pools: { shop: {} }, fallbacks: { gone: {} }, routes: { item } }).site)
    .filter(({ pointer }) => pointer.includes('batch'))
    .map(({ pointer, message }) => `${pointer} ${message}`)
}

t.test('a route of single items fits', async (t) => {
  t.same(problems({}), [])
  t.same(problems({ target: '/v1/items/{ids}/all', fields: ['X-Api-Version'] }, { path: '/{id}', methods: ['GET', 'POST'] }), [])
})

t.test('a path must end with the one name that it has', async (t) => {
  for (const path of ['/item/*', '/item', '/shop/{shop}/item/{id}', '/item/{id}/photo'])
    t.match(problems({}, { path }), [/needs a path whose last segment, and no other, is a name in braces/], path)
})

t.test('a target has its ids once', async (t) => {
  for (const target of ['/items', '/items?a={ids}&b={ids}', '/items?ids={ids}&x={y}', '/items?ids={id}'])
    t.match(problems({ target }), [/target must have \{ids\} once/], target)
})

t.test('what is of one client is not batched', async (t) => {
  t.match(problems({ fields: ['accept', 'Cookie'] }), [/fields\/1 must not be cookie/])
  t.match(problems({ fields: ['x-a', 'X-A'] }), [/fields\/1 "x-a" is listed twice/])
  t.match(problems({}, { cache: { key: { identity: 'cookie:sid' } } }), [/must not stand beside cache.key.identity/])
  t.match(problems({}, { methods: ['POST'] }), [/is for GET/])
  t.match(problems({}, { pool: undefined, respond: 'gone' }), [/must not stand beside respond/])
})
