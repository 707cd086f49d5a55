import t from 'tap'
import { targetOf } from '../../../edge/pipeline/exchange.ts'

t.test('a target is path and query; an empty query is one too', async (t) => {
  t.equal(targetOf('/a', null), '/a')
  t.equal(targetOf('/a', ''), '/a?')
  t.equal(targetOf('/a', 'b=1'), '/a?b=1')
})
