import t from 'tap'
import { ProtectedPeers } from '../../../../control/discovery/protected-peers.ts'
import { type ProtectConfig, ProtectSchema } from '../../../../edge/contract/discover.ts'
import type { PeerConfig } from '../../../../edge/contract/peer.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { accepted } from '../../contract/accepts.ts'

const MINUTE_MS = 60_000
const peer = (index: number, weight = 1): PeerConfig => ({ address: `10.0.0.${100 + index}:80`, weight })
const peers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => peer(from + index))
const rules = (more: Partial<ProtectConfig> = {}) => accepted(ProtectSchema, more) as ProtectConfig
const known = (count: number, more: Partial<ProtectConfig> = {}) => new ProtectedPeers(rules(more), peers(0, count))
const count = (list: ProtectedPeers) => list.peers?.length

t.test('what grows, changes or shrinks a little is taken as it comes', (t) => {
  const list = known(4)
  for (const answer of [peers(0, 9), peers(0, 5), [...peers(0, 4), peer(4, 7)], peers(0, 5)]) {
    list.offer(answer, 0)
    t.same(list.peers, answer)
    t.equal(list.hold, null)
  }
  t.end()
})

t.test('the first answer of all is taken, also when it is empty', (t) => {
  const list = new ProtectedPeers(rules(), null)
  t.equal(list.peers, null)
  list.offer([], 0)
  t.same(list.peers, [])
  list.offer(peers(0, 3), 0)
  t.equal(count(list), 3)
  t.end()
})

t.test('an answer that loses more than half is held until its time is over', (t) => {
  const list = known(10)
  list.offer(peers(0, 5), 0)
  t.equal(list.hold, null, 'half is not more than half')
  const other = known(10)
  other.offer(peers(0, 4), 1_000)
  t.match(other.hold, { kind: 'loss', sinceMs: 1_000, dueAtMs: 1_000 + 10 * MINUTE_MS, base: 10, refused: false })
  t.equal(count(other), 10)
  t.same(other.kept, peers(4, 10))
  other.expire(10 * MINUTE_MS)
  t.equal(count(other), 10)
  other.expire(1_000 + 10 * MINUTE_MS)
  t.same(other.peers, peers(0, 4))
  t.equal(other.hold, null)
  t.end()
})

t.test('many small losses within the window are one loss', (t) => {
  const list = known(10)
  for (let left = 10; left >= 5; left--) list.offer(peers(0, left), (10 - left) * 1_000)
  t.equal(list.hold, null)
  list.offer(peers(0, 4), 6_000)
  t.match(list.hold, { base: 10, kind: 'loss' })
  t.equal(count(list), 5, 'those that had gone before stay gone')

  const slow = known(10)
  for (let left = 10; left > 0; left--) slow.offer(peers(0, left), (10 - left) * 61_000)
  t.equal(slow.hold, null, 'a service that is scaled down over minutes is followed')
  t.equal(count(slow), 1)
  t.end()
})

t.test('an empty answer is held until a word, however small the service', (t) => {
  const list = known(1)
  list.offer([], 0)
  t.match(list.hold, { kind: 'empty', dueAtMs: null })
  list.expire(1e12)
  t.equal(count(list), 1)
  const timed = known(3, { emptyHoldMs: 5_000 })
  timed.offer([], 0)
  timed.expire(5_000)
  t.same(timed.peers, [])
  t.end()
})

t.test('additions and changes are taken at once while removals are held', (t) => {
  const list = known(10)
  list.offer([peer(0, 9), peer(20)], 0)
  t.equal(list.hold?.kind, 'loss')
  t.equal(count(list), 11)
  t.match(list.peers?.[0], { weight: 9 })
  t.same(
    list.kept.map(({ address }) => address),
    peers(1, 10).map(({ address }) => address),
  )
  t.end()
})

t.test('an answer that recovers ends the hold by itself, and is taken whole', (t) => {
  const list = known(10)
  list.offer([], 0)
  list.offer(peers(0, 2), 1)
  t.equal(list.hold?.kind, 'loss')
  list.offer(peers(0, 7), 2)
  t.equal(list.hold, null)
  t.same(list.peers, peers(0, 7))
  t.end()
})

t.test('the countdown goes on while the answer changes, and the number says that it did', (t) => {
  const list = known(10)
  list.offer(peers(0, 4), 0)
  const first = list.hold
  list.offer(peers(0, 4), 1_000)
  t.equal(list.hold, first, 'the same answer is the same hold')
  list.offer(peers(0, 3), 2_000)
  t.equal(list.hold?.id, (first?.id ?? 0) + 1)
  t.equal(list.hold?.dueAtMs, first?.dueAtMs)
  list.offer([], 3_000)
  t.match(list.hold, { kind: 'empty', dueAtMs: null, sinceMs: 0 })
  t.end()
})

t.test('an operator accepts, and what is left is the measure from then on', (t) => {
  const list = known(10)
  list.offer(peers(0, 2), 0)
  list.accept(1)
  t.same(list.peers, peers(0, 2))
  list.offer(peers(0, 1), 2)
  t.equal(list.hold, null)
  list.offer([], 3)
  t.equal(list.hold?.kind, 'empty', 'the next loss is another matter')
  t.end()
})

t.test('an operator refuses: no time ends it, the answer that recovers does, and the next loss is held anew', (t) => {
  const list = known(10)
  list.refuse()
  t.equal(list.hold, null, 'there is nothing to refuse yet')
  list.offer(peers(0, 2), 0)
  list.refuse()
  t.match(list.hold, { refused: true, dueAtMs: null })
  list.offer([], 1)
  list.offer(peers(0, 2), 2)
  list.expire(1e12)
  t.match(list.hold, { refused: true, dueAtMs: null })
  t.equal(count(list), 10)
  list.offer(peers(0, 10), 3)
  t.equal(list.hold, null)
  list.offer(peers(0, 2), 4)
  t.match(list.hold, { refused: false, dueAtMs: 4 + 10 * MINUTE_MS })
  t.end()
})

t.test('a refusal of the last run stands until the answer recovers', (t) => {
  const list = new ProtectedPeers(rules(), peers(0, 10), 'refused')
  list.offer(peers(0, 1), 0)
  t.match(list.hold, { refused: true, dueAtMs: null })
  t.end()
})

t.test('what replaces every peer by another is no loss', (t) => {
  const list = known(10)
  list.offer(peers(20, 30), 0)
  t.equal(list.hold, null)
  t.same(list.peers, peers(20, 30))
  t.end()
})

t.test('without the threshold every answer is taken', (t) => {
  const list = known(10, { mode: 'off' })
  list.offer([], 0)
  t.same(list.peers, [])
  t.end()
})

t.test('whatever comes, no peer leaves while an answer is held, and none is held that is as large as before', (t) => {
  const random = new SeededRandom()
  const list = known(20)
  let nowMs = 0
  for (let round = 0; round < 3_000; round++) {
    nowMs += Math.floor(random.next() * 20_000)
    const before = list.peers ?? []
    const answer = peers(0, 40).filter(() => random.next() < [0, 0.1, 0.5, 0.9][round % 4]!)
    list.offer(answer, nowMs)
    const now = new Set(list.peers?.map(({ address }) => address))
    if (list.hold) t.notOk(before.some(({ address }) => !now.has(address)) || answer.length >= list.hold.base, `round ${round}`)
    for (const { address } of answer) if (!now.has(address)) t.fail(`${address} is listed and not taken, round ${round}`)
    if (random.next() < 0.1) list.expire(nowMs + 1e9)
  }
  t.end()
})
