import t from 'tap'
import { PoolSchema } from '../../../edge/contract/pool.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('a pool balances by consistent hash of the path, and tries three peers, unless told otherwise', (t) => {
  const pool = accepted(PoolSchema, {})
  t.same([pool.balance, pool.hashKey, pool.tries, pool.scheme, pool.host], ['consistent-hash', 'path', 3, 'http', 'client'])
  t.end()
})

t.test('the defaults agree with each other', (t) => {
  const pool = accepted(PoolSchema, {})
  t.ok(pool.connectTimeoutMs <= pool.firstByteTimeoutMs)
  t.ok(pool.firstByteTimeoutMs <= pool.totalTimeoutMs)
  t.ok(pool.ejection.baseEjectionMs <= pool.ejection.maxEjectionMs)
  t.end()
})

t.test('peers have addresses and whole weights', (t) => {
  t.same(refusedAt(PoolSchema, { peers: [{ address: 'a:1', weight: 0 }, { address: 'a' }, {}] }), [
    '/peers/0/weight',
    '/peers/1/address',
    '/peers/2/address',
  ])
  t.end()
})
