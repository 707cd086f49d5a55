import t from 'tap'
import { DnsWatch } from '../../../../control/discovery/dns-watch.ts'
import { WatchedService } from '../../../../control/discovery/watched-service.ts'
import { type DnsName, DnsNameSchema, ProtectSchema } from '../../../../edge/contract/discover.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { accepted } from '../../contract/accepts.ts'
import { turns } from './scripted-catalog.ts'
import { ScriptedResolver } from './scripted-resolver.ts'

async function begin(t: Scope, ttl = 30) {
  const [clock, log, resolver] = [new ManualClock(), new RecordingLog(), new ScriptedResolver()]
  const list = (count: number, seconds = ttl) =>
    resolver.names.set(
      'A shop',
      Array.from({ length: count }, (_, index) => ({ address: `10.0.0.${index + 1}`, ttl: seconds })),
    )
  list(4)
  const world = { clock, timers: clock, log, metrics: new RecordingMetrics(), random: new SeededRandom(), resolver }
  const options = { key: 'dns/A/shop:80', source: 'dns', protect: accepted(ProtectSchema, {}), known: null, refused: 'open' } as const
  const service = new WatchedService(options, world, { changed: () => {}, held: () => {} })
  const watch = new DnsWatch(accepted(DnsNameSchema, { name: 'shop', port: 80 }) as DnsName, service, world)
  t.teardown(() => watch.close())
  await turns()
  const pass = async (ms: number) => {
    clock.advance(ms)
    await turns()
  }
  return { clock, log, resolver, list, service, watch, pass, report: () => service.report(clock.wallMs()) }
}

t.test('a name is asked for again when its time to live is over', async (t) => {
  const { resolver, list, pass, report } = await begin(t)
  t.match(report(), { source: 'dns', peers: 4, index: null, answers: 1 })
  list(5)
  await pass(29_999)
  t.equal(resolver.asked.length, 1)
  await pass(1)
  t.match(report(), { peers: 5, answers: 2, difference: { added: { count: 1, addresses: ['10.0.0.5:80'] } } })
})

t.test('the time to live is kept within the bounds of the pool', async (t) => {
  const short = await begin(t, 0)
  await short.pass(4_999)
  t.equal(short.resolver.asked.length, 1)
  await short.pass(1)
  t.equal(short.resolver.asked.length, 2)
  const long = await begin(t, 86_400)
  await long.pass(60_000)
  t.equal(long.resolver.asked.length, 2)
})

t.test('a server that fails changes nothing, is left in peace for a growing while, and is believed again', async (t) => {
  const { resolver, list, pass, report, log } = await begin(t)
  resolver.names.set('A shop', new Error('queryA ESERVFAIL shop'))
  await pass(30_000)
  t.match(report(), { peers: 4, failures: 1, lastError: 'queryA ESERVFAIL shop' })
  for (let i = 0; i < 20; i++) await pass(5_000)
  t.ok(resolver.asked.length <= 16, `${resolver.asked.length} questions in 100 s`)
  list(3)
  await pass(15_000)
  t.match(report(), { peers: 3, lastError: null })
  t.equal(log.of('discovery-recovered').length, 1)
})

t.test('a name that is gone is an empty answer, and held', async (t) => {
  const { list, pass, report } = await begin(t)
  list(0)
  await pass(30_000)
  t.match(report(), { peers: 4, hold: { kind: 'empty', untilMs: null }, lastError: /^held: the DNS lists/ })
  list(4)
  await pass(5_000)
  t.match(report(), { peers: 4, hold: null, lastError: null })
})

t.test('closing ends it, also while a question is open', async (t) => {
  const { resolver, watch, clock, pass } = await begin(t)
  resolver.addresses = () => new Promise(() => {})
  await pass(30_000)
  await watch.close()
  t.equal(clock.pending, 0)
})
