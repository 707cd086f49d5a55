import t from 'tap'
import { recordFailure } from '../../../edge/balance/ejection.ts'
import { Peer } from '../../../edge/balance/peer.ts'
import type { PoolPlan } from '../../../edge/config/snapshot.ts'
import { MAX_TROUBLES } from '../../../edge/contract/trouble.ts'
import { poolTroubles } from '../../../edge/pipeline/pool-troubles.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RULE = { consecutiveFailures: 2, baseEjectionMs: 1_000, maxEjectionMs: 60_000, maxEjectedRatio: 1 }
const poolOf = (id: string, peers: readonly Peer[]) => ({ id, peers }) as PoolPlan

function failing(address: string, nowMs: number): Peer {
  const peer = new Peer(address, 1)
  for (let failure = 0; failure < 2; failure++) recordFailure(peer, [peer], RULE, nowMs)
  return peer
}

t.test('an ejected peer is told of until its time is over, by the wall clock', async (t) => {
  const clock = new ManualClock()
  const pool = poolOf('shop', [new Peer('a:1', 1), failing('b:1', clock.monotonicMs())])
  const untilMs = clock.wallMs() + 1_000
  t.same(poolTroubles([pool], clock), [{ kind: 'ejected', pool: 'shop', peer: 'b:1', cause: '2 failures in a row', untilMs }])
  clock.advance(1_000)
  t.same(poolTroubles([pool], clock), [])
})

t.test('the list is bounded', async (t) => {
  const clock = new ManualClock()
  const peers = Array.from({ length: MAX_TROUBLES + 1 }, (_, i) => failing(`a:${i + 1}`, clock.monotonicMs()))
  t.equal(poolTroubles([poolOf('shop', peers)], clock).length, MAX_TROUBLES)
})
