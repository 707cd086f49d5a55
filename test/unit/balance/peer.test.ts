import t from 'tap'
import { Peer } from '../../../edge/balance/peer.ts'

t.test('a new peer is in, idle and without fault', async (t) => {
  const peer = new Peer('127.0.0.1:9101', 3)
  t.match(peer, { address: '127.0.0.1:9101', weight: 3, inFlight: 0, consecutiveFailures: 0, ejection: { state: 'in' } })
})

t.test('the state of one peer is not that of another', async (t) => {
  const one = new Peer('a:1', 1)
  one.ejection = { state: 'ejected', untilMs: 5, lengthMs: 5, doublings: 0 }
  t.equal(new Peer('a:1', 1).ejection.state, 'in')
})

t.test('what peers have in flight is counted into their tally, and into the last one only', async (t) => {
  const [one, other] = [new Peer('a:1', 1), new Peer('b:1', 1)]
  one.inFlight = 2
  const [first, last] = [{ inFlight: 0 }, { inFlight: 0 }]
  one.countInto(first)
  other.countInto(first)
  other.inFlight += 3
  one.inFlight -= 1
  t.equal(first.inFlight, 4)
  one.countInto(last)
  one.inFlight += 1
  t.equal(last.inFlight, 2)
  t.equal(first.inFlight, 4)
})
