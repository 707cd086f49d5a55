import t from 'tap'
import { inOrderOfAddress } from '../../../edge/balance/key-mapping.ts'

t.test('peers are ordered by their addresses, by code units, whatever order they are listed in', async (t) => {
  t.same(inOrderOfAddress(['b:1', 'a:1', 'B:1', 'ä:1']), [2, 1, 0, 3])
  t.same(inOrderOfAddress(['same:1', 'a:1', 'same:1']), [1, 0, 2], 'one address twice stays in the order of the list')
  t.same(inOrderOfAddress([]), [])
})
