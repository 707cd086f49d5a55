import t from 'tap'
import { isInMaintenance } from '../../../edge/balance/ejection.ts'
import { PeerRegistry } from '../../../edge/balance/peer-registry.ts'
import { PeerMaintenance } from '../../../edge/config/peer-maintenance.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function world() {
  const clock = new ManualClock()
  const peers = new PeerRegistry(10)
  const maintenance = new PeerMaintenance(peers)
  const [shop, blog] = [peers.obtain({ poolId: 'shop', address: 'a:1' }, 1), peers.obtain({ poolId: 'blog', address: 'a:1' }, 1)]
  const entry = (lengthMs: number, pool?: string) => ({
    ...(pool === undefined ? {} : { pool }),
    address: 'a:1',
    owner: 'ann',
    reason: 'new disk',
    setAtMs: clock.wallMs(),
    expiresAtMs: clock.wallMs() + lengthMs,
  })
  const out = () => [shop, blog].map((peer) => isInMaintenance(peer, clock.monotonicMs()))
  const follow = (...entries: ReturnType<typeof entry>[]) => maintenance.follow(entries, ['shop', 'blog'], clock)
  return { clock, peers, maintenance, shop, entry, out, follow }
}

t.test('a peer is out in its pool, or in every pool that has it, and ends by the clock alone', async (t) => {
  const { clock, shop, entry, out, follow } = world()
  follow(entry(1_000, 'shop'))
  t.same(out(), [true, false])
  t.equal(shop.maintenanceCause, 'ann: new disk')
  follow(entry(1_000))
  t.same(out(), [true, true])
  clock.advance(999)
  t.same(out(), [true, true])
  clock.advance(1)
  t.same(out(), [false, false])
})

t.test('of several words the one that stands longest counts, and none puts it back', async (t) => {
  const { clock, entry, out, follow } = world()
  follow(entry(5_000), entry(1_000, 'shop'))
  clock.advance(2_000)
  t.same(out(), [true, true])
  follow()
  t.same(out(), [false, false])
})

t.test('dates are of the wall clock, also when that is set meanwhile', async (t) => {
  const { clock, maintenance, entry, out, follow } = world()
  follow(entry(60_000))
  clock.setWall(clock.wallMs() + 59_000)
  maintenance.look(['shop', 'blog'], clock)
  clock.advance(1_000)
  t.same(out(), [false, false])
})

t.test('a peer that comes later is out from its first moment on', async (t) => {
  const { clock, peers, maintenance, entry } = world()
  const later = { ...entry(1_000, 'shop'), address: 'b:1' }
  maintenance.follow([later], ['shop'], clock)
  const peer = peers.obtain({ poolId: 'shop', address: 'b:1' }, 1)
  maintenance.follow([later], ['shop'], clock)
  t.equal(isInMaintenance(peer, clock.monotonicMs()), true)
})
