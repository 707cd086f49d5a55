import t from 'tap'
import { PeerLatency } from '../../../edge/balance/peer-latency.ts'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { PeerTry } from '../../../edge/pipeline/peer-try.ts'
import { Line } from '../../support/exchange-maker.ts'

function begun(rule: object = {}) {
  const line = new Line({
    pools: { shop: { peers: [{ address: '127.0.0.1:1001' }, { address: '127.0.0.1:1002' }], ejection: rule } },
    routes: { all: { pool: 'shop' } },
  })
  const pool = line.snapshot.pools.get('shop')!
  const peer = pool.peers[0]!
  const x = line.exchange()
  const beginAt = (at: number) => new PeerTry(pool.peers[at]!, pool, x)
  return { line, peer, begin: () => beginAt(0), beginAt }
}

t.test('a peer is busy from the beginning of a try until it is over, and that once', async (t) => {
  const { peer, begin } = begun()
  const [one, two] = [begin(), begin()]
  t.equal(peer.inFlight, 2)
  one.answered(200)
  t.equal(peer.inFlight, 2)
  one.over()
  one.over()
  t.equal(peer.inFlight, 1)
  two.failed(new EdgeError('UPSTREAM_CONNECT'))
  two.over()
  t.equal(peer.inFlight, 0)
})

t.test('each outcome is counted with its time', async (t) => {
  const { line, begin } = begun()
  const answered = begin()
  line.clock.advance(250)
  answered.answered(404)
  begin().failed(new EdgeError('UPSTREAM_TIMEOUT'))
  t.equal(line.metrics.value('weir_upstream_requests_total', ['shop', '4xx']), 1)
  t.equal(line.metrics.value('weir_upstream_requests_total', ['shop', 'UPSTREAM_TIMEOUT']), 1)
  t.same(line.metrics.observed('weir_upstream_duration_seconds', ['shop']), [0.25, 0])
})

t.test('a peer that is in trouble is noted, one that is only busy or forsaken is not', async (t) => {
  for (const status of [502, 503, 504]) {
    const { peer, begin } = begun()
    begin().answered(status)
    t.equal(peer.consecutiveFailures, 1, String(status))
    const whole = begin()
    whole.answered(500)
    t.equal(peer.consecutiveFailures, 1, 'its body may still break off')
    whole.over()
    t.equal(peer.consecutiveFailures, 0, 'an answer of its own is none')
  }
  for (const code of ['UPSTREAM_BUSY', 'CLIENT_GONE', 'BODY_TOO_LARGE', 'INTERNAL'] as const) {
    const { peer, begin } = begun()
    begin().failed(new EdgeError(code))
    t.equal(peer.consecutiveFailures, 0, code)
  }
  const { line, begin } = begun({ consecutiveFailures: 2 })
  begin().failed(new EdgeError('UPSTREAM_RESET'))
  t.same(line.log.of('peer-ejected'), [])
  begin().failed(new EdgeError('UPSTREAM_RESET'))
  t.match(line.log.of('peer-ejected'), [{ pool: 'shop', peer: '127.0.0.1:1001', rule: 'consecutive', cause: '2 failures in a row' }])
  t.equal(line.metrics.value('weir_peer_ejections_total', ['shop', 'consecutive']), 1)
})

t.test('what was thrown comes back as a fault', async (t) => {
  const { begin } = begun()
  const fault = new EdgeError('UPSTREAM_RESET')
  t.equal(begin().failed(fault), fault)
  t.match(begin().failed(new TypeError('ours')), { code: 'INTERNAL', cause: { message: 'ours' } })
})

t.test('a tunnel is a success from its beginning', async (t) => {
  const { peer, begin } = begun()
  begin().failed(new EdgeError('UPSTREAM_RESET'))
  begin().answered(101)
  t.equal(peer.consecutiveFailures, 0)
})

t.test('statuses that count as failures are those of the pool', async (t) => {
  const { peer, begin } = begun({ failureStatuses: [500] })
  begin().answered(500)
  t.equal(peer.consecutiveFailures, 1)
  const answered = begin()
  answered.answered(503)
  answered.over()
  t.equal(peer.consecutiveFailures, 0)
})

t.test('a peer of which too many requests fail is ejected for that, whatever succeeds between', async (t) => {
  const { line, peer, begin } = begun({ failureRatio: 0.3, minRequests: 10 })
  for (let i = 1; i <= 10; i++) {
    const one = begin()
    if (i % 3 === 0) one.failed(new EdgeError('UPSTREAM_RESET'))
    else one.answered(200)
    one.over()
  }
  t.equal(peer.ejection.state, 'in', 'three of ten failed, the last when there were nine')
  begin().failed(new EdgeError('UPSTREAM_RESET'))
  t.match(line.log.of('peer-ejected'), [{ rule: 'failure-ratio', cause: '36 % of 11 requests failed' }])
  t.equal(line.metrics.value('weir_peer_ejections_total', ['shop', 'failure-ratio']), 1)
})

t.test('a peer that takes much longer than the others is ejected for that', async (t) => {
  const { line, peer, begin, beginAt } = begun({ slowFactor: 3, slowMinMs: 50, minRequests: 5 })
  for (let i = 0; i < 6; i++) {
    const [slow, quick] = [begin(), beginAt(1)]
    line.clock.advance(10)
    quick.answered(200)
    quick.over()
    line.clock.advance(190)
    slow.answered(200)
    slow.over()
  }
  line.clock.advance(2_000)
  const last = beginAt(1)
  last.answered(200)
  t.match(line.log.of('peer-ejected'), [{ peer: peer.address, rule: 'slow', cause: 'it takes 200 ms, its pool 10 ms' }])
})

t.test('where latency decides, each outcome is told with its time', async (t) => {
  const { line, peer, begin } = begun()
  peer.latency = new PeerLatency(10_000)
  const answered = begin()
  line.clock.advance(40)
  answered.answered(200)
  t.equal(peer.latency.at(line.clock.monotonicMs()), 40)
  begin().failed(new EdgeError('CLIENT_GONE'))
  t.equal(peer.latency.at(line.clock.monotonicMs()), 40, 'a client that left says nothing of the peer')
  begin().answered(503)
  t.equal(peer.latency.at(line.clock.monotonicMs()), 1_000, 'a failure is never fast')
})
