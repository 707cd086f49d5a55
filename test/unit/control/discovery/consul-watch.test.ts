import t from 'tap'
import { ConsulWatch } from '../../../../control/discovery/consul-watch.ts'
import { type Known, WatchedService } from '../../../../control/discovery/watched-service.ts'
import { DiscoverSchema } from '../../../../edge/contract/discover.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { accepted } from '../../contract/accepts.ts'
import { instance, ScriptedCatalog, SHOP, turns } from './scripted-catalog.ts'

const ONE = [instance('10.0.0.1', 80)]
const TWO = [instance('10.0.0.1', 80), instance('10.0.0.2', 80)]
const known = (count: number): Known => ({
  seenAtMs: 5,
  peers: Array.from({ length: count }, (_, i) => ({ address: `10.0.0.${i + 1}:80`, weight: 1 })),
})

function watch(t: Scope, last: Known | null = null) {
  const [catalog, clock, log] = [new ScriptedCatalog(), new ManualClock(), new RecordingLog()]
  let changes = 0
  const world = { catalog, clock, timers: clock, random: new SeededRandom(), log, metrics: new RecordingMetrics() }
  const { protect } = accepted(DiscoverSchema, { service: 'shop' })
  const options = { key: 'shop', source: 'consul', protect, known: last, refused: 'open' } as const
  const service = new WatchedService(options, world, { changed: () => changes++, held: () => {} })
  const made = new ConsulWatch(SHOP, service, world)
  t.teardown(() => made.close())
  return { catalog, clock, log, watch: made, service, changes: () => changes, report: () => service.report(clock.wallMs()) }
}

t.test('the first question does not wait, the next one waits behind the index of its answer', async (t) => {
  const { catalog, service: made, changes } = watch(t)
  t.match(catalog.question(), { index: 0n, consistency: 'stale', service: { service: 'shop' } })
  await catalog.question().answer({ index: '42', body: ONE })
  t.equal(catalog.question().index, 42n)
  t.same(made.peers, [{ address: '10.0.0.1:80', weight: 1 }])
  t.equal(changes(), 1)
})

t.test('an answer with the same instances in another order is no change', async (t) => {
  const { catalog, changes } = watch(t)
  await catalog.question().answer({ index: '1', body: TWO })
  await catalog.question().answer({ index: '2', body: [...TWO].reverse() })
  t.equal(changes(), 1)
})

t.test('an index that went back asks afresh without waiting', async (t) => {
  const { catalog, changes } = watch(t)
  await catalog.question().answer({ index: '900', body: TWO })
  await catalog.question().answer({ index: '3', body: ONE })
  t.equal(catalog.question().index, 0n)
  t.equal(changes(), 2, 'and what it said counts')
})

t.test('every kind of failure keeps the last peers, backs off and then asks without waiting', async (t) => {
  const { catalog, clock, service: made, changes, report } = watch(t)
  await catalog.question().answer({ index: '900', body: TWO })
  await catalog.question().fail('consul: health.service: internal server error')
  t.equal(catalog.pending.length, 0, 'it does not ask at once')
  t.equal(report().lastError, 'consul: health.service: internal server error')
  await clock.advanceAsync(500)
  t.equal(catalog.question().index, 0n, 'the index of a Consul that may have begun anew is worth nothing')

  for (const body of [null, 'garbage', {}, [{}]]) {
    await catalog.question().answer({ index: '901', body })
    t.equal(catalog.pending.length, 0)
    await clock.advanceAsync(15_000)
  }
  t.equal(made.peers?.length, 2)
  t.equal(changes(), 1)
  await catalog.question().answer({ index: '902', body: TWO })
  t.equal(report().lastError, null)
})

t.test('waits grow with failures in a row and start small again after an answer', async (t) => {
  const { catalog, clock } = watch(t)
  const waits: number[] = []
  for (let i = 0; i < 8; i++) {
    await catalog.question().fail('down')
    let waited = 0
    for (; catalog.pending.length === 0; waited += 50) await clock.advanceAsync(50)
    waits.push(waited)
  }
  t.ok(waits[0]! <= 550 && waits[3]! > 1_000 && waits[7]! >= 7_500 && waits[7]! <= 15_050, waits.join(' '))
  await catalog.question().answer({ index: '1', body: ONE })
  await catalog.question().fail('down')
  await clock.advanceAsync(500)
  t.equal(catalog.pending.length, 1)
})

t.test('an empty list after a full one is held, said once, and forgotten when instances are back', async (t) => {
  const { catalog, log, service: made, changes, report } = watch(t)
  await catalog.question().answer({ index: '1', body: TWO })
  await catalog.question().answer({ index: '2', body: [] })
  await catalog.question().answer({ index: '3', body: [] })
  t.equal(made.peers?.length, 2)
  t.match(report(), { peers: 2, index: '3', lastError: /^held: .* the last 2 are kept/ })
  t.equal(log.of('discovery-trouble').length, 1)
  await catalog.question().answer({ index: '4', body: ONE })
  t.equal(made.peers?.length, 1)
  t.equal(report().lastError, null)
  t.equal(changes(), 2)
})

t.test('a service that never had instances is known to be empty', async (t) => {
  const { catalog, service: made, changes, report } = watch(t)
  t.equal(made.peers, null)
  await catalog.question().answer({ index: '1', body: [] })
  t.same(made.peers, [])
  t.equal(changes(), 1)
  t.equal(report().lastError, null)
})

t.test('an answer of a server that lost its leader is not believed, and the leader is asked next', async (t) => {
  for (const stale of [{ knownLeader: 'false' }, { lastContact: '60000' }]) {
    const { catalog, clock, service: made } = watch(t, known(2))
    await catalog.question().answer({ index: '5', body: ONE, ...stale })
    t.equal(made.peers?.length, 2)
    await clock.advanceAsync(500)
    t.equal(catalog.question().consistency, 'default')
    await catalog.question().answer({ index: '6', body: ONE })
    t.equal(made.peers?.length, 1)
    t.equal(catalog.question().consistency, 'stale')
  }
})

t.test('a Consul that answers at once each time is asked at a bounded rate', async (t) => {
  const { catalog, clock, changes } = watch(t)
  for (let i = 0; i < 100; i++) {
    for (; catalog.pending.length > 0; ) await catalog.question().answer({ index: undefined, body: ONE })
    await clock.advanceAsync(100)
  }
  t.ok(catalog.asked <= 10 + 20 + 1, `${catalog.asked} questions in 10 s`)
  t.ok(catalog.asked >= 20)
  t.equal(changes(), 1)
})

t.test('instances without a usable address are left out and told', async (t) => {
  const { catalog, service: made, report } = watch(t)
  await catalog.question().answer({ index: '1', body: [...TWO, instance('10.0.0.3', 0)] })
  t.equal(made.peers?.length, 2)
  t.equal(report().lastError, '1 instances without a usable address were left out')
})

t.test('what was known before stands until Consul answers, with its age', async (t) => {
  const { service: made, clock, report } = watch(t, known(2))
  t.equal(made.peers?.length, 2)
  t.equal(made.heardAtMs, 5)
  t.match(report(), { service: 'shop', peers: 2, index: null, ageMs: clock.wallMs() - 5 })
})

t.test('closing aborts the question, also while it backs off, and nothing changes after it', async (t) => {
  const { catalog, watch: made, clock, changes } = watch(t)
  await made.close()
  t.equal(changes(), 0)

  const other = watch(t)
  await other.catalog.question().fail('down')
  t.equal(other.clock.pending, 1)
  await other.watch.close()
  t.equal(other.clock.pending, 0, 'its timer is gone')
  await turns()
  t.equal(catalog.asked, 1)
  t.equal(clock.pending, 0)
})
