import t from 'tap'
import { checkBalance } from '../../../edge/contract/check-balance.ts'
import { toldOf } from '../../support/exchange-maker.ts'

const problems = (pool: object) => [...checkBalance('/pools/shop', toldOf({ pools: { shop: pool } }).site.pools.shop!)]

t.test('rules for hashing are refused where nothing is hashed', async (t) => {
  t.same(problems({ balance: 'round-robin', maxLoadFactor: 1.5, hotKeySpread: {} }), [
    { pointer: '/pools/shop/maxLoadFactor', message: 'does nothing with round-robin; it needs consistent-hash, ketama or maglev' },
    { pointer: '/pools/shop/hotKeySpread', message: 'does nothing with round-robin; it needs consistent-hash, ketama or maglev' },
  ])
  t.same(problems({ balance: 'ketama', maxLoadFactor: 1.5, hotKeySpread: {} }), [])
  t.same(problems({ balance: 'least-request' }), [])
})
