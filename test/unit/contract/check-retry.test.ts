import t from 'tap'
import { checkRetry } from '../../../edge/contract/check-retry.ts'
import { lines, siteOf } from './site-of.ts'

const told = (pool: object) => lines(checkRetry('/pools/shop', siteOf({ pools: { shop: pool } }).pools.shop!))

t.test('the first pause is not longer than the longest', async (t) => {
  t.same(told({}), [])
  t.same(told({ retry: { backoffBaseMs: 300 } }), [
    '/pools/shop/retry/backoffBaseMs must be at most backoffMaxMs, which is 250 (ms); it is 300',
  ])
})

t.test('a deadline has a field of its own', async (t) => {
  t.same(told({ deadlineField: 'X-Deadline-Ms' }), [])
  t.match(told({ deadlineField: 'Content-length' }), [/^\/pools\/shop\/deadlineField Content-length means something else/])
})
