import t from 'tap'
import { handle } from '../../../edge/pipeline/handle.ts'
import { Line } from '../../support/exchange-maker.ts'

const RULE = { consecutiveFailures: 2, openMs: 1_000, jitterRatio: 0, successes: 1 }
const UNCACHED = { store: 'off' }

function lineOf(pool: object, routes: object = { all: { pool: 'shop', cache: UNCACHED } }) {
  return new Line({ pools: { shop: { peers: [{ address: '127.0.0.1:1001' }], tries: 1, ...pool } }, routes })
}

const changes = (line: Line) => line.log.of('breaker')

t.test('a pool that keeps failing is asked no more; after its time a probe goes, and then it is asked again', async (t) => {
  const line = lineOf({ breaker: RULE })
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' }, { status: 504 })
  t.equal((await line.ask()).status, 503)
  t.equal((await line.ask()).status, 504)
  const refused = await line.ask()
  t.match(refused, { status: 503, logged: { fault: 'POOL_OPEN' }, text: /POOL_OPEN/ })
  t.equal(refused.fields.get('retry-after'), '1')
  t.equal(line.upstream.sent.length, 2)
  line.clock.advance(1_000)
  line.upstream.will({ status: 200 })
  t.equal((await line.ask()).status, 200)
  t.equal((await line.ask()).status, 200)
  t.match(changes(line), [
    { pool: 'shop', from: 'closed', to: 'open', cause: 'in-a-row', probeInMs: 1_000 },
    { pool: 'shop', from: 'open', to: 'half-open', cause: 'in-a-row' },
    { pool: 'shop', from: 'half-open', to: 'closed' },
  ])
})

t.test('the state is shown when it changes, the end of being open too', async (t) => {
  const line = lineOf({ breaker: RULE })
  const shown = () => line.metrics.value('weir_breaker_state', ['shop', ''])
  line.upstream.will({ status: 503 })
  await line.ask()
  t.equal(shown(), 0)
  await line.ask()
  t.equal(shown(), 2)
  await line.ask()
  t.equal(line.metrics.value('weir_pool_refusals_total', ['shop', 'breaker-open']), 1)
  line.clock.advance(1_000)
  t.equal(shown(), 1, 'though nobody asked')
  line.upstream.will({})
  await line.ask()
  t.equal(shown(), 0)
  t.equal(line.metrics.value('weir_breaker_changes_total', ['shop', 'open']), 1)
})

t.test('clients that leave and queues of ours count neither for nor against the pool', async (t) => {
  const line = lineOf({ breaker: { ...RULE, consecutiveFailures: 1 } })
  line.upstream.will('silence')
  const x = line.exchange()
  const leaving = handle(x)
  x.wanted.abort()
  await leaving
  line.upstream.will({ fault: 'UPSTREAM_BUSY' })
  await line.ask()
  t.same(changes(line), [])
  line.upstream.will({ fault: 'UPSTREAM_TIMEOUT' })
  await line.ask()
  t.equal(changes(line).length, 1)
})

t.test('answers that are slow open it too', async (t) => {
  const line = lineOf({ breaker: { slowMs: 100, slowRatio: 1, minRequests: 2, jitterRatio: 0 } })
  line.upstream.will(() => {
    line.clock.advance(101)
    return { status: 200 }
  })
  t.same([(await line.ask()).status, (await line.ask()).status, (await line.ask()).status], [200, 200, 503])
  t.match(changes(line), [{ to: 'open', cause: 'slow-ratio' }])
})

t.test('a route with a breaker of its own is refused alone, and its probes are no probes of the pool', async (t) => {
  const routes = {
    all: { pool: 'shop', cache: UNCACHED },
    slow: { path: '/slow', pool: 'shop', cache: UNCACHED, breaker: { ...RULE, consecutiveFailures: 1 } },
  }
  const line = lineOf({ breaker: { ...RULE, consecutiveFailures: 3 } }, routes)
  line.upstream.will({ status: 503 })
  await line.ask({ target: '/slow' })
  line.upstream.will({})
  t.match(await line.ask({ target: '/slow' }), { status: 503, logged: { fault: 'POOL_OPEN' } })
  t.equal((await line.ask()).status, 200)
  t.match(changes(line), [{ pool: 'shop', route: 'slow', to: 'open' }])
  t.equal(line.metrics.value('weir_breaker_state', ['shop', 'slow']), 2)
  line.clock.advance(1_000)
  t.equal((await line.ask({ target: '/slow' })).status, 200)
})

t.test('who is refused is counted by the breaker that let it through as nothing', async (t) => {
  const probing = { ...RULE, consecutiveFailures: 1, successes: 2 }
  const line = lineOf({ breaker: probing }, { all: { pool: 'shop', cache: UNCACHED, breaker: { ...probing, openMs: 60_000 } } })
  line.upstream.will({ status: 503 })
  await line.ask()
  line.clock.advance(1_000)
  line.upstream.will({})
  for (let i = 0; i < 3; i++) t.equal((await line.ask()).status, 503, 'that of the route is open still')
  t.match(line.snapshot.pools.get('shop')!.door!.breaker!.breaker.state(line.clock.monotonicMs()), { state: 'half-open', out: 0 })
})
