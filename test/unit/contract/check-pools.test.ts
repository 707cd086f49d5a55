import t from 'tap'
import { checkPools } from '../../../edge/contract/check-pools.ts'
import { lines, siteOf } from './site-of.ts'

const told = (pool: object) => lines(checkPools(siteOf({ pools: { shop: pool } })))

t.test('a pool needs peers or a service to discover', (t) => {
  t.same(told({}), ['/pools/shop has nobody to ask; give it peers, or discover a service'])
  t.same(told({ discover: { service: 'shop' } }), [])
  t.same(told({ peers: [{ address: 'a:1' }] }), [])
  t.end()
})

t.test('peers have addresses that mean something, each once', (t) => {
  t.match(told({ peers: [{ address: 'a:0' }, { address: 'b:1' }, { address: 'B:1' }] }), [
    /^\/pools\/shop\/peers\/0\/address the port of "a:0" must be from 1 to 65535/,
    /^\/pools\/shop\/peers\/2\/address "b:1" is peer 1 already/,
  ])
  t.end()
})

t.test('the first ejection is not longer than the longest', (t) => {
  const peers = [{ address: 'a:1' }]
  t.same(told({ peers, ejection: { baseEjectionMs: 5_000, maxEjectionMs: 5_000 } }), [])
  t.same(told({ peers, ejection: { baseEjectionMs: 5_001, maxEjectionMs: 5_000 } }), [
    '/pools/shop/ejection/baseEjectionMs must be at most maxEjectionMs, which is 5000 (ms); it is 5001',
  ])
  t.end()
})
