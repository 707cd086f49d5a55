import t from 'tap'
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
  return { line, peer, begin: () => new PeerTry(peer, pool, x) }
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
    begin().answered(500)
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
  t.match(line.log.of('peer-ejected'), [{ pool: 'shop', peer: '127.0.0.1:1001' }])
  t.equal(line.metrics.value('weir_peer_ejections_total', ['shop']), 1)
})

t.test('what was thrown comes back as a fault', async (t) => {
  const { begin } = begun()
  const fault = new EdgeError('UPSTREAM_RESET')
  t.equal(begin().failed(fault), fault)
  t.match(begin().failed(new TypeError('ours')), { code: 'INTERNAL', cause: { message: 'ours' } })
})
