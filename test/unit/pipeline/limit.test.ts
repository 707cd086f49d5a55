import t from 'tap'
import { rateLimitField, rateLimitPolicyField } from '../../../edge/limit/limit-fields.ts'
import { limit, limitKey, limitReadings } from '../../../edge/pipeline/limit.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'

function site(limits: object, ids: readonly string[], fallbacks = {}) {
  return { pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } }, limits, fallbacks, routes: { all: { pool: 'shop', limits: ids } } }
}

function pass(line: Line, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  return { answer: limit(asked, x), why: x.why }
}

t.test('within its limits a request goes on, and the readings are noted', async (t) => {
  const line = new Line(site({ few: { rate: '2/s' } }, ['few']))
  const { answer, why } = pass(line)
  t.equal(answer, null)
  t.equal(limitReadings(why.quota!), 'few:1')
  t.equal(rateLimitField(why.quota!.policies, why.quota!.outcome), '"few";r=1;t=1', 'which its answer will tell')
  t.equal(line.metrics.value('weir_limit_decisions_total', ['few', 'allowed']), 1)
})

t.test('beyond it gets 429, and the reading that says when and why', async (t) => {
  const line = new Line(site({ few: { rate: '2/m' } }, ['few']))
  pass(line)
  pass(line)
  const { answer, why } = pass(line)
  t.equal(answer?.status, 429)
  t.equal(answer?.fields.get('retry-after'), '30')
  t.equal(rateLimitPolicyField(why.quota!.policies), '"few";q=2;w=60')
  t.equal(rateLimitField(why.quota!.policies, why.quota!.outcome), '"few";r=0;t=30')
  t.equal(limitReadings(why.quota!), 'few:refused')
  t.equal(why.fault, 'RATE_LIMITED')
  t.equal(line.metrics.value('weir_limit_decisions_total', ['few', 'refused']), 1)
  t.equal(line.metrics.value('weir_faults_total', ['RATE_LIMITED']), 1)
  line.clock.advance(30_000)
  t.equal(pass(line).answer, null, 'and after that time it may go on')
})

t.test('all limits pay or none does', async (t) => {
  const line = new Line(site({ wide: { rate: '2/m' }, narrow: { rate: '1/m', key: 'header:x-user' } }, ['wide', 'narrow']))
  const headers = { 'X-User': 'anna' }
  t.equal(limitReadings(pass(line, { headers }).why.quota!), 'wide:1 narrow:0')
  for (let i = 0; i < 5; i++) t.equal(pass(line, { headers }).answer?.status, 429)
  t.equal(pass(line, { headers: { 'X-User': 'bert' } }).answer, null, 'the wide one was not paid by what the narrow one refused')
})

t.test('a fallback stands in for the plain 429, and says when to come back', async (t) => {
  const line = new Line(site({ few: { rate: '1/m', fallback: 'busy' } }, ['few'], { busy: { status: 200, body: 'queue here' } }))
  pass(line)
  const { answer } = pass(line)
  t.match(answer, { status: 200, servedBy: 'fallback' })
  t.equal(answer?.fields.get('retry-after'), '60')
})

t.test('a limit for crawlers does not count people', async (t) => {
  const line = new Line(site({ slow: { rate: '1/m', clients: 'crawlers' } }, ['slow']))
  for (let i = 0; i < 3; i++) t.equal(pass(line).answer, null)
  const headers = { 'User-Agent': 'Googlebot/2.1' }
  t.equal(pass(line, { headers }).answer, null)
  t.equal(pass(line, { headers }).answer?.status, 429)
})

t.test('who leaves out the field that pays, pays by address', async (t) => {
  const line = new Line(site({ keyed: { rate: '1/m', key: 'header:x-api-key' } }, ['keyed']))
  const { asked, x } = line.asked()
  t.equal(limitKey(x.snapshot.limits.get('keyed')!, asked), '198.51.100.7')
  pass(line)
  t.equal(pass(line).answer?.status, 429)
  t.equal(pass(line, { headers: { 'X-Api-Key': '198.51.100.7' } }).answer, null, 'a key that looks like an address is another payer')
})

t.test('an override is in force until its moment, without a message', async (t) => {
  const nowMs = Date.UTC(2026, 0, 1)
  const override = { limit: 'few', rate: '4/m', owner: 'sre', reason: 'sale', setAtMs: nowMs, expiresAtMs: nowMs + 1_000 }
  const line = new Line(site({ few: { rate: '1/m' } }, ['few']), { switchboard: { seq: 1, switches: [], overrides: [override] } })
  t.same([pass(line).answer, pass(line).answer], [null, null])
  line.clock.advance(1_000)
  t.equal(pass(line).answer?.status, 429, 'back to its own rate, and what was used stays used')
})
