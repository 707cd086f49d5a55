import t from 'tap'
import { fieldOf, isIn } from '../../../edge/balance/balancer.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const NOW_MS = 1_000
const ejected = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 500, doublings: 0 } as const

function pool(): [Peer, Peer, Peer] {
  return [new Peer('a:1', 1), new Peer('b:1', 1), new Peer('c:1', 1)]
}

t.test('peers that are ejected or were tried are out of the field', async (t) => {
  const peers = pool()
  const [a, b, c] = peers
  a.ejection = ejected
  t.equal(fieldOf(peers, [b], NOW_MS), 'usable')
  t.same(
    peers.map((peer) => isIn('usable', peer, [b], NOW_MS)),
    [false, false, true],
  )
  t.equal(isIn('usable', a, [], NOW_MS + 1), true, 'back when its time is over')
  t.equal(isIn('usable', c, [c], NOW_MS), false)
})

t.test('ejected peers are the last resort, tried ones never', async (t) => {
  const peers = pool()
  const [a, b, c] = peers
  a.ejection = ejected
  t.equal(fieldOf(peers, [b, c], NOW_MS), 'untried')
  t.same(
    peers.map((peer) => isIn('untried', peer, [b, c], NOW_MS)),
    [true, false, false],
  )
})

t.test('when all have been tried, or there are none, nobody is in the field', async (t) => {
  const peers = pool()
  t.equal(fieldOf(peers, peers, NOW_MS), 'nobody')
  t.equal(fieldOf([], [], NOW_MS), 'nobody')
  t.equal(isIn('nobody', peers[0], [], NOW_MS), false)
})
