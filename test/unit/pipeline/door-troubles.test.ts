import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { MAX_TROUBLES } from '../../../edge/contract/trouble.ts'
import { breakerTroubles } from '../../../edge/pipeline/door-troubles.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RULE = { consecutiveFailures: 1, openMs: 1_000, jitterRatio: 0 }
const site = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }], breaker: RULE } },
  routes: { all: { pool: 'shop', breaker: RULE } },
}

t.test('an open breaker is told of with its cause and when it is tried again, a half-open one with its cause', async (t) => {
  const clock = new ManualClock()
  const registries = makeRegistries()
  const snapshot = compile(toldOf(site), registries)
  const told = () => breakerTroubles(registries.breakers.entries(), clock)
  t.same(told(), [])
  const untilMs = clock.wallMs() + 1_000
  snapshot.pools.get('shop')!.door!.breaker!.breaker.failed(clock.monotonicMs())
  t.same(told(), [{ kind: 'breaker-open', pool: 'shop', cause: 'in-a-row', untilMs }])
  snapshot.plans.get('all')!.breakerAt!('shop').breaker.failed(clock.monotonicMs())
  t.match(told()[1], { pool: 'shop', cause: 'in-a-row (route all)' })
  clock.advance(1_000)
  t.match(told(), [{ kind: 'breaker-half-open', pool: 'shop', cause: 'in-a-row' }, { kind: 'breaker-half-open' }])
})

t.test('the list is bounded', async (t) => {
  const clock = new ManualClock()
  const { breaker } = compile(toldOf(site), makeRegistries()).pools.get('shop')!.door!
  breaker!.breaker.failed(clock.monotonicMs())
  const many = Array.from({ length: MAX_TROUBLES + 1 }, (_, i) => [`pool-${i}`, breaker!] as const)
  t.equal(breakerTroubles(many, clock).length, MAX_TROUBLES)
})
