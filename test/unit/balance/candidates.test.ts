import t from 'tap'
import { Candidates } from '../../../edge/balance/candidates.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const NOW_MS = 1_000
const EJECTED = { state: 'ejected', untilMs: NOW_MS + 1, lengthMs: 500, doublings: 0 } as const

function pool(...inFlight: number[]): Peer[] {
  return inFlight.map((count, index) => {
    const peer = new Peer(`10.0.0.${index}:80`, 1)
    peer.inFlight = count
    return peer
  })
}

const among = (candidates: Candidates, peers: readonly Peer[]) => peers.map((_, index) => candidates.has(index))

t.test('without a bound all in the field are candidates, however busy', async (t) => {
  const peers = pool(9, 0, 0)
  peers[1]!.ejection = EJECTED
  const candidates = new Candidates(peers, null)
  t.equal(candidates.begin([peers[2]!], NOW_MS), 'usable')
  t.same(among(candidates, peers), [true, false, false])
  t.equal(candidates.begin(peers, NOW_MS), 'nobody')
  t.same(among(candidates, peers), [false, false, false])
})

t.test('with a bound who has its share of the load, times the factor, has no room', async (t) => {
  // 8 in flight and one to come: 3 each, times 1.5 is 4.5, so the fifth is let in and the sixth is not.
  const peers = pool(5, 3, 0)
  const candidates = new Candidates(peers, 1.5)
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [false, true, true])
  peers[0]!.inFlight = 4
  peers[1]!.inFlight = 4
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [true, true, true])
})

t.test('shares go by weight', async (t) => {
  const peers = pool(6, 3)
  peers[0]!.weight = 3
  const candidates = new Candidates(peers, 1.05)
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [true, false], '10 x 1.05: 7.9 and 2.6')
})

t.test('shares are reckoned among those in the field', async (t) => {
  const peers = pool(3, 3, 0)
  peers[2]!.ejection = EJECTED
  const candidates = new Candidates(peers, 1.05)
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [true, true, false], '7 x 1.05 over two, not over three')
})

t.test('peers that were ejected since they were weighed are left out when nobody has room', async (t) => {
  const peers = pool(0, 0, 4, 4)
  const candidates = new Candidates(peers, 1.05)
  candidates.begin([], NOW_MS)
  peers[0]!.ejection = EJECTED
  candidates.begin([peers[1]!], NOW_MS)
  t.same(among(candidates, peers), [false, false, false, false], '9 x 1.05 over four is 2.4')
  candidates.weighAgain()
  t.same(among(candidates, peers), [false, false, true, true], 'over two it is 4.7')
  peers[0]!.ejection = { state: 'in' }
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [true, true, false, false], 'the next pick is reckoned for itself')
})

t.test('who was taken is out for the rest of the pick', async (t) => {
  const peers = pool(0, 0)
  const candidates = new Candidates(peers, null)
  candidates.begin([], NOW_MS)
  candidates.take(1)
  t.same(among(candidates, peers), [true, false])
  candidates.begin([], NOW_MS)
  t.same(among(candidates, peers), [true, true])
})
