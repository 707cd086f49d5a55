import t from 'tap'
import { Peer } from '../../../edge/balance/peer.ts'
import { TwoChoices } from '../../../edge/balance/two-choices.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const random = new SeededRandom(9)

t.test('the cheaper of two is picked, at the moment that is asked about', async (t) => {
  const peers = ['a:1', 'b:1'].map((address) => new Peer(address, 1))
  const costOf = (peer: Peer, nowMs: number) => (peer === peers[0] ? nowMs : 10)
  const balancer = new TwoChoices(peers, () => random.next(), costOf)
  for (let i = 0; i < 50; i++) {
    t.equal(balancer.pick('', [], 9), peers[0])
    t.equal(balancer.pick('', [], 11), peers[1])
  }
})

t.test('the dearest of many is never picked while another is there', async (t) => {
  const peers = ['a:1', 'b:1', 'c:1', 'd:1'].map((address) => new Peer(address, 1))
  const balancer = new TwoChoices(
    peers,
    () => random.next(),
    (peer) => peers.indexOf(peer),
  )
  for (let i = 0; i < 500; i++) t.not(balancer.pick('', [], 0), peers[3])
  t.equal(balancer.pick('', peers.slice(0, 3), 0), peers[3])
})
