// Origins that are slow for one request in thirty: with hedging the slowest answers come in less than half the time, for less than one
// request in twenty more.

import t from 'tap'
import { type Asked, plainAnswer, startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge } from '../../support/edge.ts'
import { latencyMs, runLoad } from '../../support/load.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { visitors } from '../../support/visit.ts'

const REQUESTS = 1_200
const IN_FLIGHT = 8
const QUICK_MS = 5
/** A request is slow, and a second peer asked, far beyond what a busy machine adds to the others. */
const SLOW_MS = 2_000
const HEDGE_MIN_MS = 250
const SLOW_SHARE = 0.03

t.test('the slowest answers of a bimodal origin come sooner, for few requests more', { timeout: 180_000 }, async (t) => {
  const random = new SeededRandom(95)
  const answer = ({ socket, target }: Asked) => {
    const delayMs = random.next() < SLOW_SHARE ? SLOW_MS : QUICK_MS
    setTimeout(() => socket.write(plainAnswer(target)), delayMs)
  }
  const origins = await Promise.all([1, 2, 3].map(() => startByteOrigin(t, answer)))
  const peers = origins.map(({ port }) => ({ address: `127.0.0.1:${port}` }))
  const pools = { plain: { peers }, hedged: { peers, hedge: { minMs: HEDGE_MIN_MS } } }
  const routeTo = (pool: string) => ({ path: `/${pool}/*`, pool, cache: { store: 'off' } })
  const edge = await startEdge(t, { site: { pools, routes: { plain: routeTo('plain'), hedged: routeTo('hedged') } } })
  const load = (pool: string) =>
    runLoad(
      visitors(t, edge, (index) => `/${pool}/${index}`),
      { total: REQUESTS, inFlight: IN_FLIGHT },
    )
  const askedFor = (pool: string) => origins.flatMap(({ asked }) => asked).filter(({ target }) => target.startsWith(`/${pool}/`)).length

  const plain = await load('plain')
  const hedged = await load('hedged')
  t.same([plain.statuses, hedged.statuses], [{ 200: REQUESTS }, { 200: REQUESTS }])
  const [before, after] = [latencyMs(plain, 0.99), latencyMs(hedged, 0.99)]
  const second = askedFor('hedged') - REQUESTS
  const extra = second / REQUESTS
  t.comment(`p99 ${Math.round(before)} → ${Math.round(after)} ms for ${(extra * 100).toFixed(1)} % more requests at the origins`)
  t.ok(after <= before / 2, `p99 ${before} → ${after} ms`)
  t.equal(askedFor('plain'), REQUESTS)
  t.ok(extra > 0 && extra <= 0.05, `${extra} more`)
  // One that was called off on its way may not have come to a peer.
  const counted = await edge.metric('weir_upstream_hedges_total', { outcome: 'sent' })
  t.ok(counted >= second && counted <= REQUESTS * 0.05, `${counted} counted, ${second} came`)
  t.ok((await edge.metric('weir_upstream_hedges_total', { outcome: 'won' })) > 0)
  t.equal(await edge.metric('weir_peer_ejections_total'), 0, 'whoever loses has not failed')
})
