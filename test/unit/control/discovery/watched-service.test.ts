import t from 'tap'
import { type Known, WatchedService } from '../../../../control/discovery/watched-service.ts'
import { ProtectSchema } from '../../../../edge/contract/discover.ts'
import type { PeerConfig } from '../../../../edge/contract/peer.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import { accepted } from '../../contract/accepts.ts'

const peers = (count: number): PeerConfig[] =>
  Array.from({ length: count }, (_, index) => ({ address: `10.0.0.${100 + index}:80`, weight: 1 }))
const MINUTE_MS = 60_000

function begin(known: Known | null = { peers: peers(10), seenAtMs: 5 }) {
  const [clock, log, metrics] = [new ManualClock(), new RecordingLog(), new RecordingMetrics()]
  const counts = { changed: 0, held: 0 }
  const service = new WatchedService(
    { key: 'shop', source: 'consul', protect: accepted(ProtectSchema, {}), known, refused: 'open' },
    { clock, timers: clock, log, metrics },
    { changed: () => counts.changed++, held: () => counts.held++ },
  )
  const hear = (count: number, leftOut = 0) => service.hear({ peers: peers(count), leftOut, index: '7' })
  return { clock, log, metrics, service, counts, hear, report: () => service.report(clock.wallMs()) }
}

t.test('freshness is data: index, age, counts, the last difference', (t) => {
  const { clock, hear, report, metrics } = begin(null)
  t.match(report(), { service: 'shop', source: 'consul', index: null, ageMs: null, peers: 0, answers: 0, difference: null, hold: null })
  hear(2)
  clock.advance(1_000)
  t.match(report(), { index: '7', ageMs: 1_000, peers: 2, answers: 1, failures: 0, difference: null }, 'the first list is no difference')
  hear(3)
  t.match(report(), {
    ageMs: 0,
    difference: { atMs: clock.wallMs(), added: { count: 1, addresses: ['10.0.0.102:80'] }, removed: { count: 0 } },
  })
  t.equal(metrics.value('weir_discovery_peers', ['shop']), 3)
  t.equal(metrics.value('weir_discovery_answers_total', ['shop', 'taken']), 2)
  t.equal(metrics.value('weir_discovery_changes_total', ['shop', 'added']), 1)
  t.equal(metrics.value('weir_discovery_heard_timestamp_seconds', ['shop']), clock.wallMs() / 1_000)
  t.end()
})

t.test('a hold shows its countdown, and is applied at its end', (t) => {
  const { clock, hear, report, counts, log, metrics } = begin()
  hear(3)
  const untilMs = clock.wallMs() + 10 * MINUTE_MS
  t.match(report(), { peers: 10, hold: { kind: 'loss', untilMs, refused: false, listed: 3, kept: { count: 7 } } })
  t.match(report().lastError, /^held: Consul lists 3 instances where 10 were; 7 that it lacks are kept/)
  t.same(counts, { changed: 0, held: 1 })
  t.equal(metrics.value('weir_discovery_held_peers', ['shop']), 7)
  t.equal(metrics.value('weir_discovery_hold_ends_timestamp_seconds', ['shop']), untilMs / 1_000)
  clock.advance(10 * MINUTE_MS - 1)
  t.equal(report().peers, 10)
  clock.advance(1)
  t.match(report(), { peers: 3, hold: null, lastError: null, difference: { removed: { count: 7 } } })
  t.same(counts, { changed: 1, held: 2 })
  t.match(log.of('discovery-hold-ended'), [{ how: 'expired', peers: 3 }])
  t.equal(metrics.value('weir_discovery_held_peers', ['shop']), 0)
  t.equal(clock.pending, 0)
  t.end()
})

t.test('a countdown applies nothing that is not known to be so still', (t) => {
  const { clock, hear, report, service } = begin()
  hear(3)
  service.fail('connect ECONNREFUSED')
  clock.advance(11 * MINUTE_MS)
  t.match(report(), { peers: 10, hold: { listed: 3 }, lastError: 'connect ECONNREFUSED' })
  hear(10)
  t.match(report(), { peers: 10, hold: null, lastError: null }, 'it had been a mistake')
  hear(3)
  service.fail('connect ECONNREFUSED')
  clock.advance(11 * MINUTE_MS)
  hear(3)
  t.match(report(), { peers: 3, hold: null }, 'and when it is still so, the time was long enough')
  t.end()
})

t.test('an operator accepts what is held, whose number says what it is', (t) => {
  const { hear, report, service, counts } = begin()
  service.decide('accept')
  t.same(counts, { changed: 0, held: 0 }, 'where nothing is held, a word changes nothing')
  hear(4)
  const seen = report().hold?.id ?? 0
  hear(0)
  t.match(report(), { peers: 10, hold: { id: seen + 1, kind: 'empty', listed: 0, kept: { count: 10 } } })
  service.decide('accept')
  t.match(report(), { peers: 0, hold: null, lastError: null })
  t.equal(counts.changed, 1)
  t.end()
})

t.test('what is refused is kept without an end', (t) => {
  const { clock, hear, report, service } = begin()
  hear(4)
  service.decide('refuse')
  t.match(report(), { hold: { refused: true, untilMs: null } })
  t.equal(service.refused, true)
  t.equal(clock.pending, 0)
  clock.advance(60 * MINUTE_MS)
  t.match(report(), { peers: 10, hold: { refused: true } })
  hear(9)
  t.equal(service.refused, false)
  t.match(report(), { peers: 9, hold: null })
  t.end()
})

t.test('a service that is watched no more leaves no timer and no numbers', (t) => {
  const { clock, hear, service, metrics } = begin()
  hear(4)
  service.close()
  t.equal(clock.pending, 0)
  for (const name of ['weir_discovery_peers', 'weir_discovery_held_peers', 'weir_discovery_heard_timestamp_seconds'] as const)
    t.equal(metrics.value(name, ['shop']), 0, name)
  t.end()
})
