import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { shed } from '../../../edge/pipeline/shed.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

const CRAWLER = { 'User-Agent': 'Googlebot/2.1' }
const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  fallbacks: { pong: { status: 200, body: 'pong' } },
  routes: {
    pages: { path: '/*', pool: 'shop' },
    reviews: { path: '/reviews', pool: 'shop', priority: 'low' },
    checkout: { path: '/checkout', pool: 'shop', priority: 'high' },
    ping: { path: '/ping', respond: 'pong' },
  },
}

function pass(line: Line, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  return { answer: shed(asked, x), why: x.why }
}

/** Who is let through at a level: a person on each kind of route, and crawlers on the least and the most important. */
function letThrough(level: number): string[] {
  const line = new Line(SITE)
  line.pressure.level = level
  const asked: Record<string, Asking> = {
    'a crawler': { headers: CRAWLER },
    'a crawler at checkout': { target: '/checkout', headers: CRAWLER },
    low: { target: '/reviews' },
    normal: { target: '/' },
    high: { target: '/checkout' },
  }
  return Object.keys(asked).filter((who) => pass(line, asked[who]).answer === null)
}

t.test('crawlers are shed first, then low priority, then all but high, then all', async (t) => {
  t.same(letThrough(0), ['a crawler', 'a crawler at checkout', 'low', 'normal', 'high'])
  t.same(letThrough(1), ['low', 'normal', 'high'])
  t.same(letThrough(2), ['normal', 'high'])
  t.same(letThrough(3), ['high'])
  t.same(letThrough(4), [])
})

t.test('who is shed gets a 503 that says when to come back, and is counted', async (t) => {
  const line = new Line(SITE)
  line.pressure.level = 1
  line.pressure.retryAfterMs = 4_500
  const { answer, why } = pass(line, { headers: CRAWLER })
  t.match(answer, { status: 503, servedBy: 'edge' })
  t.equal(answer?.fields.get('retry-after'), '5')
  t.equal(answer?.fields.get('cache-control'), 'no-store')
  t.equal(why.fault, 'OVERLOADED')
  t.equal(line.metrics.value('weir_faults_total', ['OVERLOADED']), 1)
  line.pressure.level = 4
  pass(line, { headers: CRAWLER })
  for (const target of ['/reviews', '/', '/checkout']) pass(line, { target })
  const counts = ['crawler', 'low', 'normal', 'high'].map((whom) => line.metrics.value('weir_shed_total', [whom]))
  t.same(counts, [2, 1, 1, 1])
})

t.test('with no room for bodies, a request that brings one is shed whatever its priority', async (t) => {
  const line = new Line(SITE, { bufferMaxBytes: 100 })
  line.budget.hold(100)
  line.pressure.level = 3
  t.equal(pass(line, { target: '/checkout' }).answer, null)
  t.equal(pass(line, { target: '/checkout', method: 'POST', body: bytesBody(Buffer.from('a')) }).answer?.status, 503)
  line.budget.give(1)
  t.equal(pass(line, { target: '/checkout', method: 'POST', body: bytesBody(Buffer.from('a')) }).answer, null)
})

t.test('in the line it stands before limits, cache and prepared answers, and writes nothing to the log of faults', async (t) => {
  const line = new Line({
    ...SITE,
    limits: { few: { rate: '1/h' } },
    routes: { ...SITE.routes, few: { path: '/few', limits: ['few'], pool: 'shop' } },
  })
  line.upstream.will({ headers: { 'Cache-Control': 'max-age=60' }, body: 'page' })
  await line.ask({ target: '/kept' })
  line.pressure.level = 3
  t.match(await line.ask({ target: '/kept' }), { status: 503, logged: { fault: 'OVERLOADED', route: 'pages' } })
  t.equal((await line.ask({ target: '/ping' })).status, 503)
  t.equal((await line.ask({ target: '/few' })).status, 503)
  t.same(line.log.lines, [])
  line.pressure.level = 0
  t.equal((await line.ask({ target: '/few' })).status, 200, 'and who was shed has not paid')
})
