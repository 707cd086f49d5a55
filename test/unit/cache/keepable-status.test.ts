import t from 'tap'
import { isKeepableStatus, isUnderstoodStatus } from '../../../edge/cache/keepable-status.ts'

t.test('a careful rule keeps what nobody can provoke for others', async (t) => {
  const kept = Array.from({ length: 900 }, (_, i) => i + 100).filter((status) => isKeepableStatus(status, { statuses: 'careful' }))
  t.same(kept, [200, 203, 204, 301, 308, 404, 410])
})

t.test('a standard rule keeps all final statuses but parts and 304', async (t) => {
  for (const status of [200, 299, 302, 400, 431, 503, 599, 999]) t.ok(isKeepableStatus(status, { statuses: 'standard' }), String(status))
  for (const status of [100, 103, 206, 304]) t.notOk(isKeepableStatus(status, { statuses: 'standard' }), String(status))
})

t.test('a status of the registry is understood', async (t) => {
  for (const status of [200, 302, 404, 451, 503]) t.ok(isUnderstoodStatus(status), String(status))
  for (const status of [299, 499, 599, 999]) t.notOk(isUnderstoodStatus(status), String(status))
})
