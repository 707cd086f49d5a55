import t from 'tap'
import type { HealthCheckConfig, PeerHealthReading } from '../../../edge/contract/health.ts'
import { HealthCheckSchema } from '../../../edge/contract/health.ts'
import { HealthChecker } from '../../../edge/health/health-checker.ts'
import type { CheckOutcome, CheckResult, CheckTarget, Prober } from '../../../edge/health/prober.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { accepted } from '../contract/accepts.ts'

/** Answers at once as the test says, or holds its answers back. */
class ScriptedProber implements Prober {
  readonly asked: CheckTarget[] = []
  readonly outcomes = new Map<string, CheckOutcome>()
  readonly held: (() => void)[] = []
  holds = false

  async probe(target: CheckTarget): Promise<CheckResult> {
    this.asked.push(target)
    if (this.holds) await new Promise<void>((resolve) => this.held.push(resolve))
    const outcome = this.outcomes.get(target.address) ?? 'passed'
    return { outcome, cause: outcome === 'passed' ? '' : `because of ${outcome}` }
  }

  count(address: string): number {
    return this.asked.filter((target) => target.address === address).length
  }
}

const CHECK = { intervalMs: 1_000, unhealthyAfter: 2, healthyAfter: 2 }

function target(address: string, check: Partial<HealthCheckConfig> = {}): CheckTarget {
  const whole = accepted(HealthCheckSchema, { ...CHECK, ...check })
  return { pool: 'shop', address, scheme: 'http', tls: { verify: 'on' }, check: whole }
}

function world() {
  const clock = new ManualClock()
  const [prober, metrics, log] = [new ScriptedProber(), new RecordingMetrics(), new RecordingLog()]
  const told: PeerHealthReading[] = []
  const ports = { clock, timers: clock, random: new SeededRandom(7), log, metrics }
  const checker = new HealthChecker(prober, ports, (readings) => told.push(...readings))
  const healths = () => told.map(({ address, health }) => `${address} ${health}`)
  return { checker, prober, clock, metrics, log, told, healths }
}

t.test('each peer is asked at its interval, give or take its jitter, the first time within a second', async (t) => {
  const { checker, prober, clock } = world()
  checker.follow([target('a:1'), target('b:1', { intervalMs: 10_000, jitterRatio: 0 })])
  await clock.advanceAsync(1_000, 10)
  t.equal(prober.count('b:1'), 1)
  await clock.advanceAsync(100_000, 50)
  t.ok(prober.count('a:1') > 85 && prober.count('a:1') < 115, `${prober.count('a:1')} checks of the first`)
  t.equal(prober.count('b:1'), 11)
})

t.test('a peer that fails leaves after its threshold and comes back after the other, and each change is told once', async (t) => {
  const { checker, prober, clock, log, metrics, healths, told } = world()
  checker.follow([target('a:1'), target('b:1')])
  t.same(healths(), ['a:1 healthy', 'b:1 healthy'], 'what they begin as')
  prober.outcomes.set('b:1', 'status')
  await clock.advanceAsync(10_000, 50)
  t.same(told.slice(2), [{ pool: 'shop', address: 'b:1', health: 'unhealthy', cause: 'because of status' }])
  t.match(checker.reading('shop', 'b:1'), { health: 'unhealthy', last: { result: { outcome: 'status' } } })
  t.equal(metrics.value('weir_peer_health', ['shop', 'unhealthy']), 1)
  t.match(log.of('peer-unhealthy'), [{ pool: 'shop', peer: 'b:1', outcome: 'status' }])
  prober.outcomes.delete('b:1')
  await clock.advanceAsync(10_000, 50)
  t.same(told.slice(3), [{ pool: 'shop', address: 'b:1', health: 'healthy', cause: '' }])
  t.same([metrics.value('weir_peer_health', ['shop', 'healthy']), metrics.value('weir_peer_health', ['shop', 'unhealthy'])], [2, 0])
  t.equal(metrics.value('weir_health_checks_total', ['shop', 'passed']) > 10, true)
  t.equal(log.of('peer-healthy').length, 1)
})

t.test('unhealthy peers are asked at an interval of their own', async (t) => {
  const { checker, prober, clock } = world()
  checker.follow([target('a:1', { initial: 'unhealthy', unhealthyIntervalMs: 100, intervalMs: 60_000 })])
  prober.outcomes.set('a:1', 'connect')
  await clock.advanceAsync(11_000, 10)
  const before = prober.count('a:1')
  t.ok(before > 80, `${before} checks`)
  prober.outcomes.delete('a:1')
  await clock.advanceAsync(11_000, 10)
  t.equal(prober.count('a:1') - before, 2, 'two passes, and then the long interval')
})

t.test('what is known stays when the configuration is told again, and another rule holds at once', async (t) => {
  const { checker, prober, clock, told } = world()
  const slow = { intervalMs: 3_600_000 }
  checker.follow([target('a:1', { unhealthyAfter: 1, ...slow })])
  prober.outcomes.set('a:1', 'timeout')
  await clock.advanceAsync(1_000)
  t.equal(told.at(-1)?.health, 'unhealthy')
  const { length } = told
  checker.follow([target('a:1', { unhealthyAfter: 1, ...slow }), target('b:1', slow)])
  t.match(told.slice(length), [{ address: 'b:1', health: 'healthy' }], 'only of the new one there is something to tell')
  prober.outcomes.delete('a:1')
  checker.follow([target('a:1', { intervalMs: 200 })])
  await clock.advanceAsync(1_000, 20)
  t.equal(checker.reading('shop', 'a:1')?.health, 'healthy', 'the long interval is not waited for')
})

t.test('a peer that is gone is not asked, not heard, and begins anew when it is back', async (t) => {
  const { checker, prober, clock, healths, metrics } = world()
  prober.outcomes.set('a:1', 'connect')
  prober.holds = true
  checker.follow([target('a:1', { unhealthyAfter: 1 })])
  await clock.advanceAsync(1_000)
  t.equal(prober.held.length, 1)
  checker.follow([])
  prober.held[0]!()
  await clock.advanceAsync(60_000)
  t.equal(prober.asked.length, 1)
  t.equal(checker.reading('shop', 'a:1'), null)
  t.equal(metrics.value('weir_health_checks_total', ['shop', 'connect']), 0)
  checker.follow([target('a:1')])
  t.same(healths(), ['a:1 healthy', 'a:1 healthy'])
  checker.stop()
  t.equal(clock.pending, 0)
})

t.test('no more than 64 checks are under way, and none is forgotten', async (t) => {
  const { checker, prober, clock } = world()
  prober.holds = true
  checker.follow(Array.from({ length: 200 }, (_, i) => target(`a:${i + 1}`)))
  await clock.advanceAsync(1_000)
  t.equal(prober.held.length, 64)
  for (let released = 0; released < 200; released++) {
    prober.held[released]!()
    await new Promise(setImmediate)
  }
  t.equal(new Set(prober.asked.map(({ address }) => address)).size, 200)
})

t.test('first checks of many peers are spread over a second', async (t) => {
  const { checker, prober, clock } = world()
  checker.follow(Array.from({ length: 1_000 }, (_, i) => target(`a:${i + 1}`)))
  let before = 0
  for (let part = 0; part < 10; part++) {
    await clock.advanceAsync(100, 5)
    const here = prober.asked.length - before
    t.ok(here > 60 && here < 160, `${here} in the ${part + 1}th tenth`)
    before = prober.asked.length
  }
})

t.test('a prober that breaks is a failed check', async (t) => {
  const { checker, prober, clock } = world()
  prober.probe = () => Promise.reject(new Error('boom'))
  checker.follow([target('a:1')])
  await clock.advanceAsync(1_000)
  t.match(checker.reading('shop', 'a:1')?.last?.result, { outcome: 'broken', cause: /boom/ })
})
