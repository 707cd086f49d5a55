import t from 'tap'
import { Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const DOWN = { fault: 'UPSTREAM_CONNECT' } as const
const siteOf = (whenDown: readonly string[], rest: object = {}) => ({
  pools: {
    shop: { peers: [{ address: '127.0.0.1:1' }], tries: 1 },
    second: { peers: [{ address: '127.0.0.1:2' }], tries: 1 },
  },
  fallbacks: { menu: { status: 200, body: 'menu' }, rest: { status: 503, body: 'resting' } },
  routes: { all: { pool: 'shop', degrade: { whenDown, fallback: 'rest', retryAfterMs: 9_000 }, ...rest } },
})

t.test('the steps are gone through in their order', async (t) => {
  const line = new Line(siteOf(['pool:second', 'fallback:menu']))
  line.upstream.will(DOWN, { body: 'from the second' })
  t.match(await line.ask(), { status: 200, text: 'from the second', logged: { pool: 'second', fault: 'UPSTREAM_CONNECT' } })
  line.upstream.will(DOWN, DOWN)
  t.match(await line.ask({ target: '/b' }), { status: 200, text: 'menu', logged: { servedBy: 'fallback' } })
  t.equal(line.metrics.value('weir_stand_ins_total', ['all', 'pool']), 1)
  t.equal(line.metrics.value('weir_stand_ins_total', ['all', 'fallback']), 1)
})

t.test('what another pool answers is kept as any answer is', async (t) => {
  const line = new Line(siteOf(['pool:second']))
  line.upstream.will(DOWN, { body: 'kept', headers: { 'Cache-Control': 'max-age=60' } })
  t.match(await line.ask(), { text: 'kept' })
  t.match(await line.ask(), { text: 'kept', logged: { servedBy: 'hit' } })
  t.equal(line.upstream.sent.length, 2)
})

t.test('a pool that says that it fails is stood in for by another, but not by what was prepared', async (t) => {
  const line = new Line(siteOf(['pool:second', 'fallback', 'closed']))
  line.upstream.will({ status: 503, body: 'sorry' }, { body: 'well' })
  t.match(await line.ask(), { status: 200, text: 'well' })
  line.upstream.will({ status: 503, body: 'sorry' }, { status: 500 })
  t.match(await line.ask({ target: '/b' }), { status: 503, text: 'sorry' })
  t.equal(line.atPeers, 0)
})

t.test('closed is a 503 that says when to come back; without any step the fault itself is told', async (t) => {
  const line = new Line(siteOf(['stale', 'closed']))
  line.upstream.will(DOWN)
  const closed = await line.ask()
  t.match(closed, { status: 503, text: /"CLOSED"/ })
  t.equal(closed.fields.get('retry-after'), '9')
  const bare = new Line(siteOf([]))
  bare.upstream.will(DOWN)
  t.match(await bare.ask(), { status: 503, text: /UPSTREAM_CONNECT/ })
})

t.test('what may have run is not asked for elsewhere, nor what has a body', async (t) => {
  const line = new Line(siteOf(['pool:second']))
  line.upstream.will({ fault: 'UPSTREAM_RESET' })
  t.match(await line.ask({ method: 'POST' }), { status: 502 })
  t.equal(line.upstream.sent.length, 1)
  line.upstream.will(DOWN, {})
  t.match(await line.ask({ method: 'POST' }), { status: 200 }, 'a connection that never stood carried nothing')
  line.upstream.will(DOWN)
  t.match(await line.ask({ method: 'POST', body: ScriptedBody.of('x') }), { status: 503 })
})
