import t from 'tap'
import { Candidates } from '../../../edge/balance/candidates.ts'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { NOBODY } from '../../../edge/balance/key-mapping.ts'
import { Maglev } from '../../../edge/balance/maglev.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import { mappingOf, movesWithout, pathsOf, peakToMean, peersOf } from '../../support/balance-figures.ts'

const KEYS = pathsOf(100_000)
const build = (peers: readonly Peer[]) => new HashBalancer(peers, new Maglev(peers))

t.test('keys are shared out evenly, and by weight', async (t) => {
  t.ok(peakToMean(build, peersOf(10), KEYS) < 1.03)
  t.ok(peakToMean(build, peersOf(100), KEYS) < 1.12)
  t.ok(peakToMean(build, peersOf(30, [1, 2, 7]), KEYS) < 1.12)
})

t.test('the peers of one weight have the same number of places, or one more', async (t) => {
  const peers = peersOf(300)
  const table = new Maglev(peers)
  const places = new Array<number>(peers.length).fill(0)
  for (let place = 0; place < 65_537; place++) places[table.ownerAt(place)]!++
  t.same([...new Set(places)].sort(), [218, 219])
})

t.test('one that leaves moves its own keys and few others', async (t) => {
  for (const [size, strays] of [
    [10, 0.01],
    [100, 0.015],
  ] as const) {
    const peers = peersOf(size)
    const { ratio, strayRatio, idealRatio } = movesWithout(build, peers, peers[1]!, KEYS)
    t.ok(strayRatio < strays, `${strayRatio}`)
    t.ok(Math.abs((ratio - strayRatio) / idealRatio - 1) < 0.1, `${ratio}`)
  }
})

t.test('the order in which peers are listed does not matter', async (t) => {
  const peers = peersOf(20, [1, 4])
  t.same(mappingOf(build([...peers].reverse()), KEYS), mappingOf(build(peers), KEYS))
})

t.test('a sick peer moves its own keys alone, and they go to several others', async (t) => {
  const peers = peersOf(5)
  const before = mappingOf(build(peers), KEYS)
  peers[3]!.ejection = { state: 'ejected', untilMs: 1, lengthMs: 1, doublings: 0 }
  const after = mappingOf(build(peers), KEYS)
  const moved = KEYS.flatMap((_, at) => (before[at] === after[at] ? [] : [at]))
  t.same(new Set(moved.map((at) => before[at])), new Set([peers[3]!.address]))
  t.equal(new Set(moved.map((at) => after[at])).size, 4)
})

t.test('a peer too light for a place is found by nobody, and asked when it is the only one', async (t) => {
  const peers = [new Peer('heavy:1', 1_000_000), new Peer('light:1', 1)]
  const table = new Maglev(peers)
  const candidates = new Candidates(peers, null)
  candidates.begin([peers[0]!], 0)
  t.equal(table.walk(0, candidates), NOBODY)
  t.equal(new HashBalancer(peers, table).pick('/', [peers[0]!], 0), peers[1])
})
