import t from 'tap'
import type { Weights } from '../../../edge/contract/switchboard.ts'
import { auditEntry, auditIncoming } from '../../../edge/pipeline/audit-entry.ts'
import { NOBODY } from '../../../edge/pipeline/nobody.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const peers = (port: number) => ({ peers: [{ address: `127.0.0.1:${port}` }] })
const POOLS = { v1: peers(1), v2: peers(2), zone: peers(3), bots: peers(4), writes: peers(5) }
const GOOGLEBOT = { 'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }

function lineOf(route: object, weights: readonly Weights[] = []): Line {
  const switchboard = { seq: 1, switches: [], overrides: [], weights: [...weights] }
  return new Line({ pools: POOLS, routes: { shop: { path: '/*', pool: 'v1', ...route } } }, { switchboard })
}

const split = (group: object = {}, rule: object = {}) => ({ split: { ...rule, groups: { next: { pool: 'v2', ...group } } } })
const weights = (percents: Record<string, number>, expiresAtMs?: number): Weights => ({
  route: 'shop',
  percents,
  owner: 'ops',
  reason: 'a test',
  setAtMs: 1,
  ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
})

function groupOf(line: Line, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  return { group: x.why.group, by: x.why.groupBy, pool: asked.route.pool }
}

t.test('a route without groups has none', async (t) => {
  t.same(groupOf(lineOf({})), { group: '', by: '', pool: 'v1' })
})

t.test('a group without a share gets who meets its rule, and nobody else', async (t) => {
  const line = lineOf(split({ headers: { 'x-next': 'yes' }, cookies: { beta: '*' } }))
  t.same(groupOf(line), { group: 'control', by: 'cohort', pool: 'v1' })
  t.same(groupOf(line, { headers: { 'X-Next': 'yes' } }), { group: 'control', by: 'cohort', pool: 'v1' }, 'all of its conditions must hold')
  t.same(groupOf(line, { headers: { 'X-Next': 'yes', Cookie: 'beta=1' } }), { group: 'next', by: 'rule', pool: 'v2' })
})

t.test('crawlers stay with the control group, unless they are split too', async (t) => {
  t.same(groupOf(lineOf(split({ percent: 100 })), { headers: GOOGLEBOT }), { group: 'control', by: 'crawler', pool: 'v1' })
  t.same(groupOf(lineOf(split({ percent: 100 }, { crawlers: 'split' })), { headers: GOOGLEBOT }).group, 'next')
  const line = lineOf({ ...split({ percent: 100 }), crawlerPool: 'bots' })
  t.equal((await line.ask({ headers: GOOGLEBOT })).logged.pool, 'bots')
  t.equal((await line.ask()).logged.pool, 'v2')
})

t.test('a client stays in its group, by its cookie, or by its address without one', async (t) => {
  const line = lineOf(split({ percent: 50 }, { by: 'cookie:uid' }))
  const of = (uid: string | null, from = '198.51.100.7') =>
    groupOf(line, { from, headers: { Cookie: uid === null ? null : `uid=${uid}` } }).group
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
  const groups = users.map((uid) => of(uid))
  t.same(new Set(groups), new Set(['control', 'next']))
  t.same(
    users.map((uid) => of(uid, '203.0.113.9')),
    groups,
    'wherever it comes from',
  )
  const byAddress = users.map((_, index) => of(null, `198.51.100.${index}`))
  t.same(new Set(byAddress), new Set(['control', 'next']))
})

t.test('each request is drawn anew where the split says so', async (t) => {
  const line = lineOf(split({ percent: 50 }, { by: 'request' }))
  const seen = Array.from({ length: 40 }, () => groupOf(line))
  t.same(new Set(seen.map(({ group }) => group)), new Set(['control', 'next']))
  t.ok(seen.every(({ by }) => by === 'chance'))
})

t.test('shares on the switchboard stand in place of those of the site, until they end', async (t) => {
  const line = lineOf(split({ percent: 100 }), [weights({}, new ManualClock().wallMs() + 5_000)])
  t.equal(groupOf(line).group, 'control')
  line.clock.advance(5_000)
  t.equal(groupOf(line).group, 'next', 'the edge ends them by its own clock')
  t.equal(groupOf(lineOf(split(), [weights({ next: 100 })])).group, 'next')
  t.equal(groupOf(lineOf(split(), [weights({ gone: 100 })])).group, 'control', 'a group that the site does not have gets nobody')
})

t.test('answers of a group are kept apart, unless it shares the cache', async (t) => {
  const beta = { Cookie: 'beta=1' }
  const own = lineOf(split({ cookies: { beta: '*' } }))
  const kept = { status: 200, headers: { 'cache-control': 'public, max-age=60' } }
  own.upstream.will({ ...kept, body: 'old' }, { ...kept, body: 'new' })
  t.equal((await own.ask()).text, 'old')
  t.match(await own.ask({ headers: beta }), { text: 'new', logged: { group: 'next', cache: 'miss' } })
  t.match(await own.ask(), { text: 'old', servedBy: 'hit' })
  t.match(await own.ask({ headers: beta }), { text: 'new', servedBy: 'hit' })
  t.equal(own.metrics.value('weir_group_requests_total', ['shop', 'next', '2xx']), 2)

  const shared = lineOf(split({ cookies: { beta: '*' }, cache: 'shared' }))
  shared.upstream.will({ ...kept, body: 'same' })
  await shared.ask()
  t.match(await shared.ask({ headers: beta }), { text: 'same', servedBy: 'hit', logged: { group: 'next' } })
})

t.test('a write lets go of what every group keeps of its target', async (t) => {
  const line = lineOf(split({ cookies: { beta: '*' } }))
  line.upstream.will({ status: 204 })
  await line.ask({ method: 'POST', target: '/a' })
  t.same(line.forgotten, ['http://shop.example/a', 'http://shop.example/a\0gnext'])
})

t.test('unsafe methods go to the pool for writes', async (t) => {
  const line = lineOf({ writePool: 'writes', crawlerPool: 'bots' })
  const poolOf = async (method: string, headers = {}) => (await line.ask({ method, headers })).logged.pool
  for (const method of ['GET', 'HEAD', 'OPTIONS']) t.equal(await poolOf(method), 'v1', method)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'MOVE']) t.equal(await poolOf(method), 'writes', method)
  t.equal(await poolOf('GET', GOOGLEBOT), 'bots')
  t.equal(await poolOf('POST', GOOGLEBOT), 'writes')
})

t.test('a group writes where it says, else where the route does', async (t) => {
  const all = { percent: 100 }
  const poolOf = async (route: object) => (await lineOf(route).ask({ method: 'POST' })).logged.pool
  t.equal(await poolOf(split(all)), 'v2')
  t.equal(await poolOf({ ...split(all), writePool: 'writes' }), 'writes')
  t.equal(await poolOf({ ...split({ ...all, writePool: 'zone' }), writePool: 'writes' }), 'zone')
})

t.test('a purge of a URL reaches what every group keeps of it', async (t) => {
  const pages = (body: string) => ({ status: 200, headers: { 'cache-control': 'public, max-age=60' }, body })
  const line = lineOf(split({ cookies: { beta: '*' } }))
  line.upstream.will(pages('old'), pages('new'), pages('old again'), pages('new again'))
  const both = async () => [(await line.ask()).text, (await line.ask({ headers: { Cookie: 'beta=1' } })).text]
  await both()
  t.same(await both(), ['old', 'new'])
  line.clock.advance(1)
  line.fence.purgeHere([{ by: 'url', url: 'http://shop.example/', mode: 'hard', againAfterMs: 0 }], line.clock.wallMs())
  line.clock.advance(1)
  t.same(await both(), ['old again', 'new again'])
})

t.test('an audit compares what is kept for a group with what its pool answers', async (t) => {
  const line = lineOf(split({ cookies: { beta: '*' } }))
  line.upstream.will({ headers: { 'cache-control': 'public, max-age=60' }, body: 'new' })
  await line.ask({ headers: { Cookie: 'beta=1' } })
  const [place] = [...line.memory.held()]
  const made = auditIncoming(place!)
  if (typeof made === 'string') throw new Error(made)
  const x = { ...line.exchange(), incoming: made.incoming, reply: NOBODY }
  t.same(await auditEntry(place!, line.memory.peek(place!)!, made.again, x), { verdict: 'same' })
  t.equal(line.upstream.sent.at(-1)?.hop.address, '127.0.0.1:2')
})
