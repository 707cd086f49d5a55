import t from 'tap'
import { setHealth, setMaintenance } from '../../../edge/balance/ejection.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { easeIn, fullRamp, isSettled, shareNow } from '../../../edge/balance/ramp.ts'

const WINDOW_MS = 1_000

t.test('a peer that nothing is known against has its whole share', async (t) => {
  const peer = new Peer('a:1', 1)
  t.equal(shareNow(peer, WINDOW_MS, 0), 1)
})

t.test('a new peer begins with a tenth at its first request and grows steadily', async (t) => {
  const peer = new Peer('a:1', 1)
  easeIn(peer)
  t.equal(shareNow(peer, WINDOW_MS, 5_000), 0.1)
  t.ok(Math.abs(shareNow(peer, WINDOW_MS, 5_500) - 0.55) < 1e-9)
  t.ok(shareNow(peer, WINDOW_MS, 5_999) < 1)
  t.equal(shareNow(peer, WINDOW_MS, 6_000), 1)
  t.equal(peer.ramp, fullRamp(), 'and that is over then')
})

t.test('an ejection that ends begins a ramp by itself', async (t) => {
  const peer = new Peer('a:1', 1)
  peer.ejection = { state: 'ejected', untilMs: 3_000, lengthMs: 500, doublings: 0 }
  t.equal(shareNow(peer, WINDOW_MS, 3_000), 0.1)
  t.ok(shareNow(peer, WINDOW_MS, 3_900) > 0.9)
  t.equal(shareNow(peer, WINDOW_MS, 4_000), 1)
})

t.test('what came later counts', async (t) => {
  const peer = new Peer('a:1', 1)
  easeIn(peer)
  shareNow(peer, WINDOW_MS, 0)
  peer.ejection = { state: 'ejected', untilMs: 800, lengthMs: 500, doublings: 0 }
  t.equal(shareNow(peer, WINDOW_MS, 800), 0.1)
})

t.test('who comes back from an operator or from failed checks is eased in', async (t) => {
  const peer = new Peer('a:1', 1)
  t.ok(isSettled(peer))
  setMaintenance(peer, 2_000)
  t.notOk(isSettled(peer))
  t.equal(shareNow(peer, WINDOW_MS, 2_000), 0.1, 'it ended by the clock')
  t.equal(shareNow(peer, WINDOW_MS, 3_000), 1)
  setMaintenance(peer, 9_000)
  setMaintenance(peer, 0)
  t.equal(shareNow(peer, WINDOW_MS, 5_000), 0.1, 'or by an order')
  const sick = new Peer('b:1', 1)
  setHealth(sick, 'unhealthy', 'refused')
  setHealth(sick, 'healthy')
  t.equal(shareNow(sick, WINDOW_MS, 5_000), 0.1)
})
