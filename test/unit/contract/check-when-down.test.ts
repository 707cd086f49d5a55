import t from 'tap'
import { checkWhenDown } from '../../../edge/contract/check-when-down.ts'
import { lines, siteOf } from './site-of.ts'

const problems = (whenDown: readonly string[], rest: object = { pool: 'shop' }) =>
  lines(checkWhenDown('/routes/all', siteOf({ routes: { all: { ...rest, degrade: { whenDown } } } }).routes.all!))

t.test('an order that can be gone through is fine', async (t) => {
  t.same(problems(['pool:second', 'stale', 'static', 'fallback:menu', 'closed']), [])
  t.same(problems([]), [])
})

t.test('a step twice, one behind closed, and the pool of the route itself are refused', async (t) => {
  t.match(problems(['stale', 'stale']), [/^\/routes\/all\/degrade\/whenDown\/1 .*listed twice/])
  t.match(problems(['closed', 'stale']), [/whenDown\/0 must be the last/])
  t.match(problems(['pool:shop']), [/whenDown\/0 is the pool of the route itself/])
  t.match(problems(['pool:shop'], { respond: 'menu' }), [/whenDown\/0 is never asked/])
})
