import t from 'tap'
import type { Mode } from '../../../edge/contract/degrade.ts'
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
function refused(mode: Mode, target: string) {
  const { asked, x } = line.asked({ target })
  return refuse(mode, asked.route, x)
}

t.test('a route in service is let through', async (t) => {
  t.equal(refused('normal', '/bare'), null)
  t.equal(refused('cache-only', '/soft'), null)
})

t.test('a closed route is a 503 that says when to come back, fallback or not', async (t) => {
  t.throws(() => refused('closed', '/bare'), { code: 'CLOSED', detail: { retryAfterMs: 7_000 } })
  t.throws(() => refused('closed', '/soft'), { code: 'CLOSED' })
})

t.test('fallback mode sends the fallback, and is closed where there is none', async (t) => {
  const answer = refused('fallback', '/soft')
  t.match(answer, { status: 503, servedBy: 'fallback' })
  t.equal(answer?.fields.get('retry-after'), '7')
  t.throws(() => refused('fallback', '/bare'), { code: 'CLOSED' })
})
