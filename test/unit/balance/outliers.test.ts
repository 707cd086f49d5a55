import t from 'tap'
import { setHealth } from '../../../edge/balance/ejection.ts'
import { OutcomeWindow } from '../../../edge/balance/outcome-window.ts'
import { type OutlierRule, Outliers } from '../../../edge/balance/outliers.ts'
import { Peer } from '../../../edge/balance/peer.ts'

const RULE: OutlierRule = {
  baseEjectionMs: 1_000,
  maxEjectionMs: 60_000,
  maxEjectedRatio: 0.5,
  windowMs: 10_000,
  minRequests: 10,
  slowMinMs: 50,
}

function pool(count: number, rule: Partial<OutlierRule>) {
  const peers = Array.from({ length: count }, (_, i) => new Peer(`a:${i + 1}`, 1))
  for (const peer of peers) peer.window = new OutcomeWindow(10_000)
  const outliers = new Outliers(peers, { ...RULE, ...rule })
  /** Lets each peer answer so often, each in its time, and looks at them later. @returns the addresses ejected */
  const answersIn = (timesMs: readonly number[], times = 10) => {
    for (let i = 0; i < times; i++) for (const [at, peer] of peers.entries()) outliers.answered(peer, timesMs[at]!, 0)
    return outliers.answered(peers[0]!, timesMs[0]!, 1_000).map(({ address }) => address)
  }
  return { peers, outliers, answersIn }
}

t.test('a peer that fails too often is ejected, once there is enough to judge by', async (t) => {
  const { peers, outliers } = pool(3, { failureRatio: 0.5 })
  const [ill] = peers
  const outcomes = Array.from({ length: 10 }, (_, i) => {
    if (i % 2 === 0) outliers.succeeded(ill!, i)
    return i % 2 === 0 ? 0 : outliers.failed(ill!, i).length
  })
  t.same(outcomes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 'not before the tenth')
  t.match(ill!.ejection, { state: 'ejected', untilMs: 1_009, reason: { by: 'failure-ratio', cause: '50 % of 10 requests failed' } })
  t.same(outliers.failed(ill!, 500), [], 'what was under way says no more')
  t.equal(ill!.window!.failures(2_000).requests, 0, 'it is judged anew when it is back')
})

t.test('a peer just below the ratio stays', async (t) => {
  const { peers, outliers } = pool(3, { failureRatio: 0.5 })
  for (let i = 0; i < 100; i++) {
    outliers.succeeded(peers[0]!, i)
    outliers.succeeded(peers[0]!, i)
    t.same(outliers.failed(peers[0]!, i), [])
  }
})

t.test('a peer that is much slower than is usual is ejected', async (t) => {
  t.same(pool(3, { slowFactor: 3 }).answersIn([400, 100, 110]), ['a:1'])
  t.same(pool(3, { slowFactor: 3 }).answersIn([300, 100, 110]), [], 'not so much slower')
  t.same(pool(2, { slowFactor: 3 }).answersIn([400, 100]), ['a:1'], 'of two the quicker one is usual')
  t.same(pool(1, { slowFactor: 3 }).answersIn([4_000]), [], 'one alone is always usual')
  t.same(pool(3, { slowFactor: 3 }).answersIn([40, 1, 1]), [], 'too quick to be called slow')
  t.same(pool(3, { slowFactor: 3 }).answersIn([400, 100, 110], 9), [], 'too few answers')
  t.same(pool(3, {}).answersIn([400, 1, 1]), [], 'nobody asked')
})

t.test('the slowest goes first, and no more than the share of the pool', async (t) => {
  const { answersIn, peers } = pool(5, { slowFactor: 3, maxEjectedRatio: 0.2 })
  t.same(answersIn([500, 900, 100, 100, 100]), ['a:2'])
  t.match(peers[1]!.ejection, { reason: { by: 'slow', cause: 'it takes 900 ms, its pool 100 ms' } })
})

t.test('peers that are out are not compared', async (t) => {
  const { answersIn, peers } = pool(2, { slowFactor: 3 })
  setHealth(peers[1]!, 'unhealthy')
  t.same(answersIn([4_000, 1]), [])
})
