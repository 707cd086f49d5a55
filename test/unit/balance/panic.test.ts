import t from 'tap'
import { fieldOf, isIn } from '../../../edge/balance/balancer.ts'
import { isUsable, recordFailure, setHealth, setMaintenance } from '../../../edge/balance/ejection.ts'
import { PanicWatch } from '../../../edge/balance/panic.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const RULE = { consecutiveFailures: 1, baseEjectionMs: 1_000, maxEjectionMs: 60_000, maxEjectedRatio: 1 }

function pool(count: number, ratio: number) {
  const peers = Array.from({ length: count }, (_, i) => new Peer(`a:${i + 1}`, 1))
  const panic = new PanicWatch([peers], ratio)
  for (const peer of peers) peer.panic = panic
  return { peers, panic, usable: (nowMs: number) => peers.filter((peer) => isUsable(peer, nowMs)).length }
}

t.test('below the ratio all peers are used, and at it only the fit ones', async (t) => {
  const { peers, panic, usable } = pool(4, 0.5)
  for (const peer of peers.slice(0, 2)) setHealth(peer, 'unhealthy')
  t.equal(panic.holds(1), false)
  t.equal(usable(1), 2)
  setHealth(peers[2]!, 'unhealthy')
  t.equal(usable(2), 4)
  setHealth(peers[2]!, 'healthy')
  t.equal(usable(3), 2, 'it is over as soon as one is back')
})

t.test('ejections begin it and their end ends it, to the millisecond', async (t) => {
  const { peers, panic } = pool(4, 0.5)
  for (const peer of peers.slice(0, 3)) recordFailure(peer, peers, RULE, 100)
  t.equal(panic.holds(100), true)
  t.equal(panic.holds(1_099), true)
  t.equal(panic.holds(1_100), false)
})

t.test('peers in maintenance are neither counted nor used, in panic or as a last resort', async (t) => {
  const { peers, panic, usable } = pool(4, 0.5)
  for (const peer of peers.slice(0, 2)) setMaintenance(peer, 1_000)
  t.equal(panic.holds(1), false, 'two of two are fit')
  for (const peer of peers.slice(2)) setHealth(peer, 'unhealthy')
  t.equal(panic.holds(2), true)
  t.equal(usable(2), 2)
  t.equal(isUsable(peers[0]!, 2), false)
  t.equal(fieldOf(peers, peers.slice(2), 2), 'nobody')
  t.equal(isIn('untried', peers[0]!, [], 2), false)
  t.equal(isUsable(peers[0]!, 1_000), true, 'until its time is over')
  setMaintenance(peers[1]!, 0)
  t.equal(isUsable(peers[1]!, 3), true, 'or it is put back')
})

t.test('a pool with all peers in maintenance has nobody', async (t) => {
  const { peers, panic } = pool(2, 1)
  for (const peer of peers) setMaintenance(peer, 1_000)
  t.equal(fieldOf(peers, [], 1), 'nobody')
  t.equal(panic.holds(1), true, 'which helps nobody')
  t.same(
    peers.map((peer) => isUsable(peer, 1)),
    [false, false],
  )
})

t.test('as long as one tier has enough left there is no panic', async (t) => {
  const [first, backup] = [Array.from({ length: 10 }, (_, i) => new Peer(`a:${i + 1}`, 1)), [new Peer('b:1', 1), new Peer('b:2', 1)]]
  const panic = new PanicWatch([first, backup], 0.6)
  for (const peer of [...first, ...backup]) peer.panic = panic
  for (const peer of first) setHealth(peer, 'unhealthy')
  t.equal(panic.holds(1), false, 'the backups bear it')
  setHealth(backup[0]!, 'unhealthy')
  t.equal(panic.holds(2), true)
})
