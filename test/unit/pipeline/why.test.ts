import t from 'tap'
import { newWhy } from '../../../edge/pipeline/why.ts'

t.test('an exchange begins with nothing to explain but its revision', async (t) => {
  t.match(newWhy(7), { revision: 7, mode: 'normal', servedBy: 'edge', tries: 0, fault: '', route: '' })
  t.not(newWhy(7), newWhy(7), 'and has tokens of its own')
})
