import t from 'tap'
import { checkLimits } from '../../../edge/contract/check-limits.ts'
import { lines, siteOf } from './site-of.ts'

const told = (limit: object) => lines(checkLimits(siteOf({ limits: { slow: limit } })))

t.test('a burst comes back within a year', (t) => {
  t.same(told({ rate: '5/s', burst: 100 }), [])
  t.same(told({ rate: '1/d', burst: 365 }), [])
  t.same(told({ rate: '1/d', burst: 366 }), ['/limits/slow/burst must be at most 365 at 1/d, which comes back within a year; it is 366'])
  t.same(told({ rate: '1/d' }), [])
  t.end()
})
