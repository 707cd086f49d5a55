import t from 'tap'
import { repeated } from '../../../edge/contract/check-repeated.ts'

t.test('each name that stood before is told with where it stood first', (t) => {
  t.same(
    [...repeated(['a', 'b', 'a', 'a'])],
    [
      { name: 'a', index: 2, first: 0 },
      { name: 'a', index: 3, first: 0 },
    ],
  )
  t.same([...repeated(['a', 'A'])], [])
  t.end()
})
