import t from 'tap'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const compiled = (pool: object, registries = makeRegistries()) =>
  compilePools(toldOf({ pools: { shop: { peers: [{ address: '127.0.0.1:1' }], ...pool } } }).site.pools, EMPTY_ENDPOINTS, registries).get(
    'shop',
  )!.retry

t.test('by default a peer that says it is in trouble is one to go on from', async (t) => {
  t.same([...compiled({}).statuses], [502, 503, 504])
  t.same([...compiled({ retry: { statuses: [] } }).statuses], [])
})

t.test('a new revision does not give a spent budget back', async (t) => {
  const registries = makeRegistries()
  const { budget } = compiled({}, registries)
  t.equal(compiled({ retry: { statuses: [500] } }, registries).budget, budget)
  t.not(compiled({}).budget, budget, 'each worker has its own')
})
