import t from 'tap'
import { serve } from '../../../edge/pipeline/serve.ts'
import { Line } from '../../support/exchange-maker.ts'

t.test('a request goes to the origin once, and its answer serves the next one', async (t) => {
  const line = new Line()
  line.upstream.will({ headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/plain' }, body: 'page' })
  const first = await line.ask({ target: '/a' })
  t.match(first, { status: 200, text: 'page', servedBy: 'origin', cacheStatus: 'edge-1;fwd=uri-miss;stored' })
  line.clock.advance(5_000)
  const second = await line.ask({ target: '/a' })
  t.match(second, { status: 200, text: 'page', servedBy: 'hit', cacheStatus: 'edge-1;hit;ttl=55;detail=L1' })
  t.equal(second.fields.get('age'), '5')
  t.equal(line.upstream.sent.length, 1)
})

t.test('a route that answers from configuration asks nobody', async (t) => {
  const line = new Line({
    fallbacks: { pong: { status: 200, contentType: 'text/plain', body: 'pong' } },
    limits: { few: { rate: '1/s' } },
    routes: { ping: { path: '/ping', respond: 'pong', limits: ['few'] } },
  })
  t.match(await line.ask({ target: '/ping' }), { status: 200, text: 'pong', servedBy: 'fallback' })
  t.equal(line.upstream.sent.length, 0)
})

t.test('a fault of a stage is thrown to whoever wraps the line', async (t) => {
  const line = new Line({ routes: {} })
  t.throws(() => serve(line.exchange()), { code: 'NO_ROUTE' })
})
