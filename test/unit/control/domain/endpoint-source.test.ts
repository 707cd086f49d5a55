import t from 'tap'
import { staticEndpoints } from '../../../../control/domain/endpoint-source.ts'
import { EMPTY_ENDPOINTS } from '../../../../edge/contract/publication.ts'

t.test('without discovery the endpoints of the last run stand', async (t) => {
  const last = { seq: 4, services: [] }
  const source = staticEndpoints(last)
  t.equal(source.current(), last)
  t.same(source.report(), [])
  t.equal(staticEndpoints().current(), EMPTY_ENDPOINTS)
  await source.close()
})
