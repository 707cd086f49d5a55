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
