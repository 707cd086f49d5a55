import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { MAX_TROUBLES } from '../../../edge/contract/trouble.ts'
import { doorTroubles } from '../../../edge/pipeline/door-troubles.ts'
import { KIND } from '../../../edge/resilience/bulkhead.ts'
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
  const told = () => doorTroubles(registries, clock)
  t.same(told(), [])
  const untilMs = clock.wallMs() + 1_000
  snapshot.pools.get('shop')!.door!.breaker!.breaker.failed(clock.monotonicMs())
  t.same(told(), [{ kind: 'breaker-open', pool: 'shop', cause: 'in-a-row', untilMs }])
  snapshot.plans.get('all')!.breakerAt!('shop').breaker.failed(clock.monotonicMs())
  t.match(told()[1], { pool: 'shop', cause: 'in-a-row (route all)' })
  clock.advance(1_000)
  t.match(told(), [{ kind: 'breaker-half-open', pool: 'shop', cause: 'in-a-row' }, { kind: 'breaker-half-open' }])
})

t.test('a queue that refuses is told of for ten seconds', async (t) => {
  const clock = new ManualClock()
  const registries = makeRegistries()
  const pools = { shop: { peers: [{ address: '127.0.0.1:1001' }], bulkhead: { maxInFlight: 1, queue: { max: 0 } } } }
  const { of } = compile(toldOf({ ...site, pools }), registries).pools.get('shop')!.door!.bulkhead!
  of.enter(KIND.normal)
  t.same(doorTroubles(registries, clock), [])
  const nowMs = clock.monotonicMs()
  t.equal(
    of.wait(KIND.normal, { nowMs, deadlineMs: nowMs + 1, timers: clock }, () => {}),
    'full',
  )
  const untilMs = clock.wallMs() + 10_000
  t.same(doorTroubles(registries, clock), [{ kind: 'queue-full', pool: 'shop', cause: '1 in flight, 0 waiting', untilMs }])
  clock.advance(10_000)
  t.same(doorTroubles(registries, clock), [])
})

t.test('the list is bounded', async (t) => {
  const clock = new ManualClock()
  const registries = makeRegistries()
  const { breaker } = compile(toldOf(site), registries).pools.get('shop')!.door!
  breaker!.breaker.failed(clock.monotonicMs())
  for (let i = 0; i <= MAX_TROUBLES; i++) registries.breakers.set(`pool-${i}`, breaker!)
  t.equal(doorTroubles(registries, clock).length, MAX_TROUBLES)
})
