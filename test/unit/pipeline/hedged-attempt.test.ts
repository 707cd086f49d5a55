import t from 'tap'
import { discard } from '../../../edge/http/body.ts'
import { originRequest } from '../../../edge/pipeline/origin-request.ts'
import { sendToPool } from '../../../edge/pipeline/send-to-pool.ts'
import { type Asking, Line, settled } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import type { PeerDoes } from '../../support/scripted-upstream.ts'

/** A line whose pool is known to answer within a ms, so that its reads are hedged after 20. */
function lineOf(pool: object = {}, peers = 2) {
  const addresses = Array.from({ length: peers }, (_, at) => ({ address: `127.0.0.1:${1001 + at}` }))
  const line = new Line({
    pools: { shop: { peers: addresses, balance: 'round-robin', hedge: { minMs: 20, maxShare: 1 }, ...pool } },
    routes: { all: { pool: 'shop' } },
  })
  for (let i = 0; i < 100; i++) line.snapshot.pools.get('shop')!.hedges!.latency.record(1)
  return line
}

function sending(line: Line, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  return { x, fetching: sendToPool(originRequest(asked, { kind: 'bypass', reason: 'method' }, x), x.snapshot.pools.get('shop')!, asked, x) }
}

const hedges = (line: Line, outcome: string) => line.metrics.value('weir_upstream_hedges_total', ['shop', outcome])
const askedAt = (line: Line) => line.upstream.sent.map(({ hop }) => hop.address)

/** The first peer is silent; the second does this. */
async function slowFirst(line: Line, second: PeerDoes) {
  line.upstream.will('silence', second)
  const { x, fetching } = sending(line)
  fetching.catch(() => undefined)
  await line.clock.advanceAsync(30, 5)
  return { x, fetching }
}

t.test('a slow read is asked of a second peer, and the first answer counts', async (t) => {
  const line = lineOf()
  const { x, fetching } = await slowFirst(line, { body: 'page' })
  const { answer } = await fetching
  t.equal(answer.status, 200)
  t.same(askedAt(line), ['127.0.0.1:1001', '127.0.0.1:1002'])
  t.match(x.why, { peer: '127.0.0.1:1002', tries: 2, hedge: 'won', retries: '' })
  t.same([hedges(line, 'sent'), hedges(line, 'won')], [1, 1])
  const [first, second] = line.upstream.sent.map(({ fields }) => fields.get('traceparent'))
  t.not(first, second, 'with a span of its own')
  discard(answer.body)
  await settled()
  t.equal(line.atPeers, 0, 'the first is let go')
  t.equal(line.metrics.value('weir_upstream_requests_total', ['shop', 'abandoned']), 1)
  t.same(line.log.of('peer-ejected'), [])
  t.ok(
    line.snapshot.pools.get('shop')!.peers.every(({ consecutiveFailures }) => consecutiveFailures === 0),
    'slow is not failed',
  )
})

t.test('an answer in time is the only one', async (t) => {
  const line = lineOf()
  line.upstream.will({ body: 'page' })
  const { fetching, x } = sending(line)
  discard((await fetching).answer.body)
  await line.clock.advanceAsync(100, 5)
  t.equal(line.upstream.sent.length, 1)
  t.match(x.why, { tries: 1, hedge: '' })
  t.equal(line.snapshot.pools.get('shop')!.hedges!.waiting, 0)
})

t.test('the second is only a second: what it fails at is not told while the first may answer', async (t) => {
  for (const second of [{ fault: 'UPSTREAM_RESET' }, { status: 503 }] as const) {
    const line = lineOf({ tries: 1 })
    const { fetching, x } = await slowFirst(line, second)
    t.equal(x.why.hedge, 'sent')
    let over = false
    fetching.then(
      () => (over = true),
      () => (over = true),
    )
    await settled()
    t.notOk(over)
    await line.clock.advanceAsync(30_000)
    await t.rejects(fetching, { code: 'UPSTREAM_TIMEOUT' })
    t.equal(x.why.peer, '127.0.0.1:1001')
    t.equal(line.atPeers, 0)
  }
})

t.test('when both fail others are tried, as ever', async (t) => {
  const line = lineOf({ retry: { tryShare: 0.05, backoffBaseMs: 0 }, firstByteTimeoutMs: 20_000 }, 3)
  line.upstream.will('silence', 'silence', { body: 'page' })
  const { fetching, x } = sending(line)
  await line.clock.advanceAsync(30, 5)
  t.equal(line.upstream.sent.length, 2)
  await line.clock.advanceAsync(2_000)
  t.equal((await fetching).answer.status, 200)
  t.match(x.why, { tries: 3, peer: '127.0.0.1:1003', retries: 'UPSTREAM_TIMEOUT', hedge: 'sent' })
})

t.test('only reads without a body are hedged, and only where another peer is well', async (t) => {
  const post = lineOf()
  post.upstream.will('silence')
  sending(post, { method: 'POST' }).fetching.catch(() => undefined)
  await post.clock.advanceAsync(100, 5)
  t.equal(post.upstream.sent.length, 1)
  const sick = lineOf()
  sick.snapshot.pools.get('shop')!.peers[1]!.ejection = { state: 'ejected', untilMs: 1e9, lengthMs: 1e9, doublings: 0 }
  await slowFirst(sick, {})
  t.equal(sick.upstream.sent.length, 1)
  const alone = lineOf({}, 1)
  await slowFirst(alone, {})
  t.equal(alone.upstream.sent.length, 1)
})

t.test('a budget bounds them', async (t) => {
  const line = lineOf({ hedge: { minMs: 20, maxShare: 0 } })
  const { x } = await slowFirst(line, {})
  t.equal(line.upstream.sent.length, 1)
  t.equal(x.why.hedge, 'no-budget')
  t.equal(hedges(line, 'no-budget'), 1)
})

t.test('a read with a body is not hedged', async (t) => {
  const line = lineOf()
  line.upstream.will('silence')
  sending(line, { body: ScriptedBody.of('query') }).fetching.catch(() => undefined)
  await line.clock.advanceAsync(100, 5)
  t.equal(line.upstream.sent.length, 1)
})

t.test('a client that leaves ends both', async (t) => {
  const line = lineOf()
  const { x, fetching } = await slowFirst(line, 'silence')
  t.equal(line.atPeers, 2)
  x.wanted.abort()
  await t.rejects(fetching, { code: 'CLIENT_GONE' })
  await settled()
  t.equal(line.atPeers, 0)
})

t.test('what lost is remembered as slow, so that hedges do not make the pool seem fast', async (t) => {
  const line = lineOf()
  const pool = line.snapshot.pools.get('shop')!.hedges!
  for (let i = 0; i < 30; i++) {
    line.upstream.will('silence', { body: 'page' })
    const { fetching } = sending(line)
    await line.clock.advanceAsync(200, 5)
    discard((await fetching).answer.body)
  }
  t.ok(pool.latency.quantile(0.95)! >= 20)
})
