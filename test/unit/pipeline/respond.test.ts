import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { faultAnswer } from '../../../edge/pipeline/answers.ts'
import { limit } from '../../../edge/pipeline/limit.ts'
import { respond } from '../../../edge/pipeline/respond.ts'
import { Line } from '../../support/exchange-maker.ts'

t.test('every answer carries the id of its exchange; what came through us says so', async (t) => {
  const line = new Line()
  const x = line.exchange()
  await respond({ status: 200, fields: Fields.of({ Via: '1.1 origin', 'X-Request-Id': 'theirs' }), body: null, servedBy: 'origin' }, x)
  t.equal(x.reply.answers[0]!.fields.get('via'), '1.1 origin, 1.1 edge-1')
  t.equal(x.reply.answers[0]!.fields.get('x-request-id'), 'x-1')
})

t.test('what was made here went through nobody', async (t) => {
  const x = new Line().exchange()
  await respond(faultAnswer('NO_ROUTE'), x)
  t.equal(x.reply.answers[0]!.fields.has('via'), false)
})

t.test('what limits left is told on every answer, beside what the origin says of its own', async (t) => {
  const line = new Line({
    pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
    limits: { few: { rate: '2/m' } },
    routes: { all: { pool: 'shop', limits: ['few'] } },
  })
  const { asked, x } = line.asked()
  limit(asked, x)
  await respond({ status: 200, fields: Fields.of({ RateLimit: '"theirs";r=9;t=1' }), body: null, servedBy: 'origin' }, x)
  t.equal(x.reply.answers[0]!.fields.get('ratelimit'), '"theirs";r=9;t=1, "few";r=1;t=30')
  t.equal(x.reply.answers[0]!.fields.get('ratelimit-policy'), '"few";q=2;w=60')
})

t.test('a route without limits tells nothing of limits', async (t) => {
  const x = new Line().exchange()
  await respond({ status: 200, fields: Fields.of(), body: null, servedBy: 'origin' }, x)
  t.equal(x.reply.answers[0]!.fields.has('ratelimit'), false)
})

const SECURE = {
  clients: { trustedProxies: ['198.51.100.0/24'] },
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  limits: { once: { rate: '1/h' } },
  fallbacks: { sorry: { status: 503, body: 'sorry' } },
  routes: {
    kept: { path: '/kept', pool: 'shop', hsts: { maxAgeS: 60 } },
    limited: { path: '/limited', pool: 'shop', limits: ['once'], hsts: { maxAgeS: 61, includeSubDomains: 'yes' } },
    fixed: { path: '/fixed', respond: 'sorry', hsts: {} },
    silent: { path: '/silent', pool: 'shop' },
  },
}
const HTTPS = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' }
const HTTP = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'http' }

t.test('who comes by https is told to stay there, on every answer of the route', async (t) => {
  const line = new Line(SECURE)
  const told = async (target: string, headers: Readonly<Record<string, string>>) => {
    const { status, servedBy, fields } = await line.ask({ target, headers })
    return [status, servedBy, fields.getAll('strict-transport-security').join(' | ')]
  }
  line.upstream.will({ headers: { 'Cache-Control': 'max-age=60', 'Strict-Transport-Security': 'max-age=1' } })
  for (const servedBy of ['origin', 'hit']) {
    t.same(await told('/kept', HTTPS), [200, servedBy, 'max-age=60'])
    t.same(await told('/kept', HTTP), [200, servedBy, ''], 'not in plain text')
  }
  t.same(await told('/silent', HTTPS), [200, 'origin', 'max-age=1'], 'a route that says nothing leaves it to its origin')
  t.same(await told('/limited', HTTPS), [200, 'origin', 'max-age=61; includeSubDomains'])
  t.same(await told('/limited', HTTPS), [429, 'edge', 'max-age=61; includeSubDomains'], 'on a refusal')
  t.same(await told('/fixed', HTTPS), [503, 'fallback', 'max-age=31536000'])
  t.same(await told('/unknown', HTTPS), [404, 'edge', ''], 'without a route there is nothing to say')
})
