import t from 'tap'
import { refuse } from '../../../edge/pipeline/refuse.ts'
import { Line } from '../../support/exchange-maker.ts'

const line = new Line({
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  fallbacks: { resting: { body: 'resting' } },
  routes: {
    bare: { path: '/bare', pool: 'shop', degrade: { retryAfterMs: 7_000 } },
    soft: { path: '/soft', pool: 'shop', degrade: { fallback: 'resting', retryAfterMs: 7_000 } },
  },
})
const routeOf = (target: string) => line.asked({ target }).asked.route

t.test('a route in service is let through', async (t) => {
  t.equal(refuse('normal', routeOf('/bare')), null)
  t.equal(refuse('cache-only', routeOf('/soft')), null)
})

t.test('a closed route is a 503 that says when to come back, fallback or not', async (t) => {
  t.throws(() => refuse('closed', routeOf('/bare')), { code: 'CLOSED', detail: { retryAfterMs: 7_000 } })
  t.throws(() => refuse('closed', routeOf('/soft')), { code: 'CLOSED' })
})

t.test('fallback mode sends the fallback, and is closed where there is none', async (t) => {
  const answer = refuse('fallback', routeOf('/soft'))
  t.match(answer, { status: 503, servedBy: 'fallback' })
  t.equal(answer?.fields.get('retry-after'), '7')
  t.throws(() => refuse('fallback', routeOf('/bare')), { code: 'CLOSED' })
})
