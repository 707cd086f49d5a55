import t from 'tap'
import { LocalDiscovery } from '../../../edge/config/local-discovery.ts'
import { EMPTY_ENDPOINTS, type Endpoints } from '../../../edge/contract/publication.ts'
import type { Site } from '../../../edge/contract/site.ts'
import { settled, toldOf } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const SITE = { pools: { shop: { discover: { service: 'shop' } } }, routes: { all: { pool: 'shop' } } }
const found = (seq: number): Endpoints => ({
  seq,
  services: [{ service: 'shop', peers: [{ address: '10.0.0.1:80', weight: 1 }], seenAtMs: 1 }],
})

class FakeWatch {
  readonly followed: Site[] = []
  endpoints = EMPTY_ENDPOINTS
  closed = false
  listener = () => {}
  current = () => this.endpoints
  follow = (site: Site) => void this.followed.push(site)
  onChange(listener: () => void) {
    this.listener = listener
    return () => {}
  }
  async close() {
    this.closed = true
  }
  finds(seq: number) {
    this.endpoints = found(seq)
    this.listener()
  }
}

function world(afterMs: number) {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const watches: FakeWatch[] = []
  const put: Endpoints[] = []
  const now = { heard: false, told: toldOf(SITE), fails: false }
  const discovery = new LocalDiscovery({
    clock,
    timers: clock,
    log,
    afterMs,
    heard: () => now.heard,
    told: () => now.told,
    put: async (endpoints) => void put.push(endpoints),
    open: async () => {
      if (now.fails) throw new Error('no such file')
      watches.push(new FakeWatch())
      return watches.at(-1)!
    },
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  return { clock, log, watches, put, now, discovery, pass }
}

t.test('without a control plane it asks at once, and puts what it finds in force', async (t) => {
  const { discovery, watches, put, now, pass } = world(0)
  discovery.start()
  await pass(0)
  t.same(watches[0]!.followed, [now.told.site])
  watches[0]!.finds(7)
  t.same(put, [found(0)], 'under no number of a control plane')
  now.told = toldOf({ ...SITE, name: 'another' })
  await pass(1_000)
  t.equal(watches[0]!.followed.length, 2, 'a new site is followed')
  discovery.stop()
  t.ok(watches[0]!.closed)
})

t.test('with one it asks once that has not been heard for a while, and gives way when it is heard again', async (t) => {
  const { discovery, watches, put, now, pass } = world(5_000)
  now.heard = true
  discovery.start()
  await pass(60_000)
  t.equal(watches.length, 0)
  now.heard = false
  await pass(5_000)
  t.equal(watches.length, 0, 'a control plane that is only restarted is waited for')
  await pass(1_000)
  t.equal(watches.length, 1)
  now.heard = true
  watches[0]!.finds(8)
  t.same(put, [], 'what the control plane said counts already')
  await pass(500)
  t.ok(watches[0]!.closed)
  now.heard = false
  await pass(6_000)
  t.equal(watches.length, 2)
  discovery.stop()
})

t.test('what cannot be opened is told, and tried again', async (t) => {
  const { discovery, watches, log, now, pass } = world(0)
  now.fails = true
  discovery.start()
  await pass(0)
  t.match(log.of('local-discovery-failed'), [{ cause: /no such file/ }])
  now.fails = false
  await pass(500)
  t.equal(watches.length, 1)
  discovery.stop()
})
