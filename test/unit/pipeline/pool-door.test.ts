import t from 'tap'
import { Line } from '../../support/exchange-maker.ts'

const RULE = { consecutiveFailures: 1, openMs: 10_000, jitterRatio: 0 }

function lineOf(route: object, fallbacks: object = {}) {
  const pools = { shop: { peers: [{ address: '127.0.0.1:1001' }, { address: '127.0.0.1:1002' }], retry: { statuses: [] }, breaker: RULE } }
  return new Line({ pools, routes: { all: { pool: 'shop', ...route } }, fallbacks })
}

t.test('while the door is closed what is stale answers, and costs the origin nothing', async (t) => {
  const line = lineOf({ cache: { defaultTtlMs: 1_000, staleIfErrorMs: 60_000 } })
  line.upstream.will({ body: 'page' })
  await line.ask()
  line.clock.advance(1_001)
  line.upstream.will({ status: 503 })
  for (let i = 0; i < 5; i++) t.match(await line.ask(), { status: 200, text: 'page', servedBy: 'stale' })
  t.equal(line.upstream.sent.length, 2)
})

t.test('and where nothing is kept, the fallback of the route', async (t) => {
  const line = lineOf({ cache: { store: 'off' }, degrade: { fallback: 'sorry' } }, { sorry: { body: 'soon', status: 200 } })
  line.upstream.will({ fault: 'UPSTREAM_RESET' })
  for (let i = 0; i < 3; i++) t.match(await line.ask({ method: 'POST' }), { status: 200, text: 'soon', servedBy: 'fallback' })
  t.equal(line.upstream.sent.length, 1)
  t.match(line.log.of('origin-failed'), [{ code: 'UPSTREAM_RESET' }], 'a line for what failed, none for what was not asked')
})

t.test('a request counts once, by what it came to and not by its tries', async (t) => {
  const line = lineOf({ cache: { store: 'off' } })
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' }, { status: 200 })
  t.equal((await line.ask()).status, 200)
  t.same(line.log.of('breaker'), [])
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  t.equal((await line.ask()).status, 503)
  t.match(line.log.of('breaker'), [{ to: 'open' }])
})
