import t from 'tap'
import { isExpected } from '../../../edge/health/status-ranges.ts'

t.test('statuses are expected singly and by range, both ends included', async (t) => {
  const ranges = ['200-299', '404']
  const expected = [199, 200, 299, 300, 403, 404, 405].filter((status) => isExpected(status, ranges))
  t.same(expected, [200, 299, 404])
})
