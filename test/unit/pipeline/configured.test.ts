import t from 'tap'
import { configured } from '../../../edge/pipeline/configured.ts'
import { Line } from '../../support/exchange-maker.ts'

const line = new Line({
  pools: { shop: {} },
  limits: { one: { rate: '1/m' } },
  fallbacks: { pong: { status: 200, body: 'pong' } },
  routes: { ping: { path: '/ping', respond: 'pong', limits: ['one'] }, all: { path: '/*', pool: 'shop' } },
})

t.test('a route that has its answer in the configuration gives it, another asks its pool', async (t) => {
  const at = (target: string) => {
    const { asked, x } = line.asked({ target })
    return configured(asked.route, x)
  }
  t.match(at('/ping'), { status: 200, servedBy: 'fallback' })
  t.equal(at('/'), null)
})

t.test('its limits count it all the same', async (t) => {
  t.match(await line.ask({ target: '/ping' }), { status: 200, text: 'pong' })
  t.match(await line.ask({ target: '/ping' }), { status: 429, logged: { fault: 'RATE_LIMITED' } })
  t.equal(line.upstream.sent.length, 0)
})
