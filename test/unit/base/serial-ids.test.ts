import t from 'tap'
import { SerialIds } from '../../../edge/base/serial-ids.ts'

t.test('ids count in base 36, and no two are the same', async (t) => {
  const ids = new SerialIds('ab')
  const given = Array.from({ length: 36 ** 3 + 2 }, () => ids.next())
  t.same(given.slice(0, 2), ['ab-00', 'ab-01'])
  t.equal(given[35], 'ab-0z')
  t.equal(given[36 ** 2 - 1], 'ab-zz')
  t.equal(given[36 ** 2], 'ab-100')
  t.equal(given.at(-1), 'ab-1001')
  t.equal(new Set(given).size, given.length)
})
