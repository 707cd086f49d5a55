import t from 'tap'
import { invalidates } from '../../../edge/cache/invalidation.ts'

t.test('a write that went well makes what is kept out of date', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'MKCOL', 'post']) t.ok(invalidates(method, 200), method)
  t.ok(invalidates('POST', 303))
})

t.test('a read, or a write that failed, does not', async (t) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) t.notOk(invalidates(method, 200), method)
  for (const status of [400, 404, 409, 500, 503]) t.notOk(invalidates('POST', status), String(status))
})
