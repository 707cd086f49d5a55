import t from 'tap'
import { checkDiscover } from '../../../edge/contract/check-discover.ts'
import { lines, siteOf } from './site-of.ts'

const told = (...discovers: object[]) =>
  lines(checkDiscover(siteOf({ pools: Object.fromEntries(discovers.map((discover, index) => [`p${index}`, { discover }])) })))

t.test('a pool discovers a service or a name of the DNS, never both or neither', (t) => {
  t.same(told({ service: 'shop' }), [])
  t.same(told({ dns: { name: 'shop.internal', port: 80 } }), [])
  t.match(told({}), [/^\/pools\/p0\/discover names nothing to discover/])
  t.match(told({ service: 'shop', dns: { name: 'shop.internal', port: 80 } }), [/has both a service and dns/])
  t.end()
})

t.test('what is for Consul alone is refused beside dns', (t) => {
  const refused = told({ dns: { name: 'shop.internal', port: 80 }, tag: 'a', tags: ['b'], datacenter: 'fra' })
  t.same(
    refused.map((line) => line.split(' ')[0]),
    ['tag', 'datacenter', 'tags'].map((name) => `/pools/p0/discover/${name}`),
  )
  t.end()
})

t.test('addresses need a port, SRV records bring theirs', (t) => {
  t.match(told({ dns: { name: 'shop.internal' } }), [/needs a port: A records have none/])
  t.match(told({ dns: { name: '_http._tcp.shop', type: 'SRV', port: 80 } }), [/\/dns\/port comes with SRV records/])
  t.match(told({ dns: { name: 'a', port: 1, minRefreshMs: 9_000, maxRefreshMs: 8_000 } }), [/\/minRefreshMs must be at most maxRefreshMs/])
  t.end()
})

t.test('pools that ask for the same take the answer in the same way', (t) => {
  t.same(told({ service: 'shop' }, { service: 'shop' }, { service: 'shop', tag: 'blue', protect: { mode: 'off' } }), [])
  t.match(told({ service: 'shop' }, { service: 'shop', protect: { mode: 'off' } }), [
    /^\/pools\/p1\/discover asks for the same as pool "p0"/,
  ])
  t.end()
})
