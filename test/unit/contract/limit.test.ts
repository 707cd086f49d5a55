import t from 'tap'
import { LimitSchema } from '../../../edge/contract/limit.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('a limit needs a rate; it counts all clients by address unless told otherwise', (t) => {
  t.strictSame(accepted(LimitSchema, { rate: '5/s' }), { rate: '5/s', key: 'address', clients: 'all' })
  t.same(refusedAt(LimitSchema, {}), ['/rate'])
  t.end()
})

t.test('a burst lets at least one through', (t) => {
  t.same(refusedAt(LimitSchema, { rate: '5/s', burst: 0 }), ['/burst'])
  t.end()
})
