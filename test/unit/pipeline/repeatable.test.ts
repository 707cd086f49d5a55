import t from 'tap'
import { isRepeatable } from '../../../edge/pipeline/repeatable.ts'

t.test('what cannot have run is repeated, what may have run only when running twice is the same', async (t) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']) t.ok(isRepeatable(method, 'if-idempotent'), method)
  for (const method of ['POST', 'PATCH', 'get', 'BREW']) t.notOk(isRepeatable(method, 'if-idempotent'), method)
  t.ok(isRepeatable('POST', 'always'))
  t.notOk(isRepeatable('GET', 'never'))
})
