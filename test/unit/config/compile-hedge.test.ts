import t from 'tap'
import { hedgesOf } from '../../../edge/config/compile-hedge.ts'
import { PoolSchema } from '../../../edge/contract/pool.ts'
import { makeRegistries } from '../../support/exchange-maker.ts'
import { accepted } from '../contract/accepts.ts'

const compiled = (pool: object, registries = makeRegistries()) => hedgesOf('shop', accepted(PoolSchema, pool), registries)

t.test('a pool hedges only where it says so', async (t) => {
  t.equal(compiled({}), null)
  t.ok(compiled({ hedge: {} }))
})

t.test('a new revision keeps what is known of a pool, and brings its own rule', async (t) => {
  const registries = makeRegistries()
  const hedges = compiled({ hedge: { minMs: 10 } }, registries)!
  for (let i = 0; i < 100; i++) hedges.latency.record(1)
  t.equal(hedges.delayMs, 10)
  t.equal(compiled({ hedge: { minMs: 50 } }, registries), hedges)
  t.equal(hedges.delayMs, 50)
})
