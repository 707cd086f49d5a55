import t from 'tap'
import { recordFailure, setHealth, setMaintenance } from '../../../edge/balance/ejection.ts'
import { PanicWatch } from '../../../edge/balance/panic.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import type { PoolPlan } from '../../../edge/config/snapshot.ts'
import { gaugePanic, MAX_READ_PEERS, poolReadings } from '../../../edge/pipeline/pool-reading.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const RULE = { consecutiveFailures: 1, baseEjectionMs: 1_000, maxEjectionMs: 60_000, maxEjectedRatio: 1 }
const poolOf = (id: string, peers: readonly Peer[], panic: PanicWatch | null = null) => ({ id, peers, panic }) as PoolPlan

t.test('each peer has its standing, with its end by the wall clock and its cause', async (t) => {
  const clock = new ManualClock()
  const peers = ['a:1', 'b:1', 'c:1', 'd:1'].map((address) => new Peer(address, 1))
  const [, out, sick, failing] = peers
  setMaintenance(out!, clock.monotonicMs() + 500, 'ann: disk')
  setHealth(out!, 'unhealthy', 'x')
  setHealth(sick!, 'unhealthy', 'it answered 500')
  recordFailure(failing!, peers, RULE, clock.monotonicMs())
  const [reading] = poolReadings([poolOf('shop', peers), poolOf('other', [])], 'shop', clock)
  t.match(reading, { pool: 'shop', panic: false, of: 4, usable: 1 })
  t.same(
    reading!.peers.map(({ address, standing, untilMs, cause }) => [address, standing, untilMs, cause]),
    [
      ['a:1', 'in service', null, ''],
      ['b:1', 'maintenance', clock.wallMs() + 500, 'ann: disk'],
      ['c:1', 'unhealthy', null, 'it answered 500'],
      ['d:1', 'ejected', clock.wallMs() + 1_000, '1 failures in a row'],
    ],
  )
  t.equal(poolReadings([poolOf('shop', peers), poolOf('other', [])], null, clock).length, 2)
})

t.test('panic is told, and the list is bounded over all pools', async (t) => {
  const peers = Array.from({ length: MAX_READ_PEERS }, (_, i) => new Peer(`a:${i + 1}`, 1))
  for (const peer of peers) setHealth(peer, 'unhealthy')
  const readings = poolReadings([poolOf('shop', peers, new PanicWatch([peers], 0.5)), poolOf('more', peers)], null, new ManualClock())
  t.same(
    readings.map(({ panic, of, peers: read }) => [panic, of, read.length]),
    [
      [true, MAX_READ_PEERS, MAX_READ_PEERS],
      [false, MAX_READ_PEERS, 0],
    ],
  )
})

t.test('panic is shown by pool while it lasts', async (t) => {
  const peers = [new Peer('a:1', 1), new Peer('b:1', 1)]
  const ports = { clock: new ManualClock(), metrics: new RecordingMetrics() }
  const panic = new PanicWatch([peers], 0.75)
  const shown = () => {
    gaugePanic([poolOf('shop', peers, panic), poolOf('never', peers)], ports)
    return ports.metrics.value('weir_pool_panic', ['shop'])
  }
  t.equal(shown(), 0)
  peers[0]!.panic = panic
  setHealth(peers[0]!, 'unhealthy')
  t.equal(shown(), 1)
})
