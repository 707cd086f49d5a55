import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { KIND } from '../../../edge/resilience/bulkhead.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const siteOf = (pool: object, route: object = {}) => ({
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }], ...pool }, other: { peers: [{ address: '127.0.0.1:1002' }] } },
  routes: { all: { pool: 'shop', ...route } },
})

t.test('where nothing is configured nothing stands in the way', async (t) => {
  const snapshot = compile(toldOf(siteOf({})), makeRegistries())
  t.equal(snapshot.pools.get('shop')!.door, null)
  t.equal(snapshot.plans.get('all')!.breakerAt, null)
})

t.test('a breaker is the same one in every configuration that has it', async (t) => {
  const registries = makeRegistries()
  const before = compile(toldOf(siteOf({ breaker: {} })), registries).pools.get('shop')!.door!.breaker!
  for (let failure = 0; failure < 20; failure++) before.breaker.failed(0)
  const after = compile(toldOf(siteOf({ breaker: { openMs: 9_000 } })), registries).pools.get('shop')!.door!.breaker!
  t.equal(after, before)
  t.equal(after.breaker.state(0).state, 'open')
})

t.test('a route has breakers of its own, one at each pool', async (t) => {
  const registries = makeRegistries()
  const site = siteOf({ breaker: {} }, { breaker: { consecutiveFailures: 1 } })
  const snapshot = compile(toldOf(site), registries)
  const at = snapshot.plans.get('all')!.breakerAt!
  t.equal(at('shop'), at('shop'))
  t.not(at('shop'), at('other'))
  t.not(at('shop'), snapshot.pools.get('shop')!.door!.breaker)
  t.equal(compile(toldOf(site), registries).plans.get('all')!.breakerAt!('shop'), at('shop'))
})

t.test('what a bulkhead has learned and holds outlives its settings', async (t) => {
  const registries = makeRegistries()
  const of = (bulkhead: object) => compile(toldOf(siteOf({ bulkhead })), registries).pools.get('shop')!.door!.bulkhead!
  const before = of({ maxInFlight: 5, adaptive: { floor: 10 } })
  t.equal(before.of.limit, 5, 'a floor above the most is the most')
  t.ok(before.of.enter(KIND.normal))
  const after = of({ maxInFlight: 100, adaptive: { floor: 20 }, queue: { timeoutMs: 7 } })
  t.equal(after.of, before.of)
  t.match(after, { queueTimeoutMs: 7, of: { limit: 20, row: { inUse: 1 } } })
  t.equal(after.of.adaptive, before.of.adaptive)
  t.match(of({ maxInFlight: 100 }).of, { limit: 100, adaptive: null })
  compile(toldOf(siteOf({})), registries)
  t.equal(of({ maxInFlight: 100 }).of.row.inUse, 1, 'and what is in flight its absence too')
})

t.test('what a site has no more is forgotten', async (t) => {
  const registries = makeRegistries()
  const site = siteOf({ breaker: {} }, { breaker: {} })
  compile(toldOf(site), registries).plans.get('all')!.breakerAt!('shop')
  t.equal(registries.breakers.size, 2)
  compile(toldOf(siteOf({ breaker: {} })), registries)
  t.same(
    [...registries.breakers.entries()].map(([key]) => key),
    ['shop'],
  )
  compile(toldOf(siteOf({})), registries)
  t.equal(registries.breakers.size, 0)
})
