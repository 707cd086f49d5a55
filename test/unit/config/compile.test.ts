import t from 'tap'
import { compile, type Told, withEndpoints, withSwitches } from '../../../edge/config/compile.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRegistries, TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'

const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  limits: { few: { rate: '2/m', fallback: 'busy' } },
  fallbacks: { busy: { status: 503, body: 'bitte später' }, pong: { status: 200, body: 'pong' } },
  routes: {
    all: { path: '/*', pool: 'shop', limits: ['few'], degrade: { fallback: 'busy' }, cache: { key: { dropQuery: ['utm'] } } },
    ping: { path: '/ping', respond: 'pong' },
  },
}
const NOW_MS = Date.UTC(2026, 0, 1)

function overridden(rate: string, expiresAtMs: number): Told {
  const override = { limit: 'few', rate, owner: 'sre', reason: 'sale', setAtMs: 1, expiresAtMs }
  return toldOf(SITE, { seq: 4, switches: [], overrides: [override] })
}

t.test('a site becomes what a request is decided by, its references resolved', async (t) => {
  const snapshot = compile(toldOf(SITE), makeRegistries())
  t.match(snapshot, { revision: 1, switchSeq: 0, endpointSeq: 0 })
  const all = snapshot.plans.get('all')!
  t.match(all, { pool: 'shop', crawlerPool: null, respond: null, fallback: { config: { status: 503 } } })
  t.equal(Buffer.from(all.fallback!.bytes).toString(), 'bitte später')
  t.ok(all.key.query?.drop.has('utm'))
  t.match(snapshot.plans.get('ping'), { pool: null, respond: { config: { status: 200 } } })
  const asked = { host: 'any.example', path: '/ping', query: null, method: 'GET', fields: Fields.of() }
  t.match(snapshot.routes.match(asked), { kind: 'found', id: 'ping' })
  t.equal(snapshot.limits.get('few')!.fallback?.config.status, 503)
})

t.test('what a route tells of https is one text, ready to be sent', async (t) => {
  const hstsOf = (hsts?: object) => {
    const routes = { all: { pool: 'shop', ...(hsts === undefined ? {} : { hsts }) } }
    return compile(toldOf({ ...TWO_PEERS, routes }), makeRegistries()).plans.get('all')!.hsts
  }
  t.equal(hstsOf(), null)
  t.equal(hstsOf({}), 'max-age=31536000')
  t.equal(hstsOf({ maxAgeS: 60, includeSubDomains: 'yes' }), 'max-age=60; includeSubDomains')
  t.equal(hstsOf({ maxAgeS: 0 }), 'max-age=0', 'takes it back')
})

t.test('a flipped switch takes over routes and pools as they are, new endpoints take over switches', async (t) => {
  const registries = makeRegistries()
  const before = compile(toldOf(SITE), registries)
  const told = overridden('9/m', NOW_MS + 1)
  const switched = withSwitches(before, told, registries)
  t.equal(switched.routes, before.routes)
  t.equal(switched.pools, before.pools)
  t.equal(switched.switchSeq, 4)
  t.equal(before.switchSeq, 0, 'and leaves the old snapshot alone')
  const found = withEndpoints(switched, { ...told, endpoints: { seq: 9, services: [] } }, registries)
  t.equal(found.switches, switched.switches)
  t.equal(found.endpointSeq, 9)
})

t.test('a limit keeps what was counted over a new revision', async (t) => {
  const registries = makeRegistries()
  const take = (told: Told) => compile(told, registries).limits.get('few')!.inForce(NOW_MS).limiter.take('k', 1, NOW_MS)
  t.match(take(toldOf(SITE)), { allowed: true, remaining: 1 })
  t.match(take({ ...toldOf(SITE), revision: 2 }), { allowed: true, remaining: 0 })
  t.match(take({ ...toldOf({ ...SITE, limits: { few: { rate: '4/m' } } }), revision: 3 }), { allowed: false }, 'a changed rate rescales')
})

t.test('an override is in force until its moment, and what was used stays used', async (t) => {
  const limit = compile(overridden('4/m', NOW_MS + 1_000), makeRegistries()).limits.get('few')!
  const during = limit.inForce(NOW_MS)
  t.equal(during.policy.policy, '"few";q=4;w=60')
  t.equal(limit.inForce(NOW_MS + 999), during, 'built once')
  for (let i = 0; i < 4; i++) t.equal(during.limiter.take('k', 1, NOW_MS).allowed, true)
  const after = limit.inForce(NOW_MS + 1_000)
  t.equal(after.policy.policy, '"few";q=2;w=60')
  t.equal(after.limiter.take('k', 1, NOW_MS + 1_000).allowed, false)
})

t.test('what checks should have refused is a throw, not half a snapshot', async (t) => {
  const told = toldOf({ ...TWO_PEERS, clients: { trustedProxies: ['10.0.0.0/8'] } })
  const wrong = { ...told, site: { ...told.site, clients: { ...told.site.clients, trustedProxies: ['10.0.0.0/99'] } } }
  t.throws(() => compile(wrong, makeRegistries()), RangeError)
})
