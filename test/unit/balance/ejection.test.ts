import t from 'tap'
import { isUsable, leftOutSince, recordFailure, recordSuccess } from '../../../edge/balance/ejection.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const RULE = { consecutiveFailures: 3, baseEjectionMs: 1_000, maxEjectionMs: 6_000, maxEjectedRatio: 0.5 }

function pool(count: number): Peer[] {
  return Array.from({ length: count }, (_, index) => new Peer(`10.0.0.${index}:80`, 1))
}

function failUntilEjected(peer: Peer, peers: readonly Peer[], nowMs: number): number {
  for (let failures = 1; failures <= 100; failures++) if (recordFailure(peer, peers, RULE, nowMs) === 'ejected') return failures
  return 0
}

/** How long the ejection lasts that begins at `nowMs`. */
function lengthMs(peer: Peer, nowMs: number): number {
  return peer.ejection.state === 'ejected' ? peer.ejection.untilMs - nowMs : 0
}

t.test('so many failures in a row eject a peer for its time, then it is back', async (t) => {
  const peers = pool(4)
  const [sick] = peers as [Peer]
  t.same(
    [1, 2, 3].map(() => recordFailure(sick, peers, RULE, 100)),
    ['counted', 'counted', 'ejected'],
  )
  t.equal(isUsable(sick, 100), false)
  t.equal(isUsable(sick, 1_099), false)
  t.equal(isUsable(sick, 1_100), true)
})

t.test('a success between failures starts the count anew', async (t) => {
  const peers = pool(4)
  const [flaky] = peers as [Peer]
  for (let round = 0; round < 20; round++) {
    recordFailure(flaky, peers, RULE, round)
    recordFailure(flaky, peers, RULE, round)
    recordSuccess(flaky)
  }
  t.equal(isUsable(flaky, 20), true)
})

t.test('a peer that comes back and fails at once is out again for twice as long, up to the longest', async (t) => {
  const peers = pool(4)
  const [sick] = peers as [Peer]
  let nowMs = 0
  t.equal(failUntilEjected(sick, peers, nowMs), 3)
  const lengths = [lengthMs(sick, nowMs)]
  for (let round = 0; round < 5; round++) {
    nowMs += lengths.at(-1)!
    t.equal(recordFailure(sick, peers, RULE, nowMs), 'ejected', 'one failure is enough')
    lengths.push(lengthMs(sick, nowMs))
  }
  t.same(lengths, [1_000, 2_000, 4_000, 6_000, 6_000, 6_000])
})

t.test('good standing takes the doublings back, one for each time as long as the last ejection', async (t) => {
  const peers = pool(4)
  const lengthAfterGood = (goodMs: number) => {
    const peer = new Peer('a:1', 1)
    for (const atMs of [0, 1_000, 3_000]) failUntilEjected(peer, peers, atMs)
    t.equal(lengthMs(peer, 3_000), 4_000)
    recordSuccess(peer)
    const nowMs = 7_000 + goodMs
    failUntilEjected(peer, peers, nowMs)
    return lengthMs(peer, nowMs)
  }
  t.same([0, 3_999, 4_000, 8_000, 12_000, 400_000].map(lengthAfterGood), [6_000, 6_000, 4_000, 2_000, 1_000, 1_000])
})

t.test('never more than the given share of a pool is out at once', async (t) => {
  const peers = pool(5)
  t.same(
    peers.map((peer) => failUntilEjected(peer, peers, 0) > 0),
    [true, true, false, false, false],
  )
  t.equal(recordFailure(peers[2]!, peers, RULE, 1_000), 'ejected', 'when the first are back, the next failure counts')
})

t.test('a pool of one peer keeps it', async (t) => {
  const peers = pool(1)
  t.equal(failUntilEjected(peers[0]!, peers, 0), 0)
})

t.test('failures of requests under way do not lengthen an ejection', async (t) => {
  const peers = pool(4)
  const [sick] = peers as [Peer]
  failUntilEjected(sick, peers, 0)
  t.equal(recordFailure(sick, peers, RULE, 999), 'counted')
  t.equal(isUsable(sick, 1_000), true)
})

t.test('a longest ejection below the first one means the first one, always', async (t) => {
  const peers = pool(4)
  const [sick] = peers as [Peer]
  const rule = { ...RULE, consecutiveFailures: 1, maxEjectionMs: 10 }
  for (let nowMs = 0; nowMs < 5_000; nowMs += 1_000) {
    t.equal(recordFailure(sick, peers, rule, nowMs), 'ejected')
    t.equal(lengthMs(sick, nowMs), 1_000)
  }
})

t.test('an ejection is known by when it began and whether it still runs', async (t) => {
  const [peer, ...others] = pool(4)
  t.notOk(leftOutSince(peer!, 0, 0))
  failUntilEjected(peer!, [peer!, ...others], 1_000)
  t.ok(leftOutSince(peer!, 1_000, 1_000))
  t.ok(leftOutSince(peer!, 500, 1_001))
  t.notOk(leftOutSince(peer!, 1_001, 1_002), 'left out before that')
  t.notOk(leftOutSince(peer!, 500, 1_000 + lengthMs(peer!, 1_000)), 'over')
})
