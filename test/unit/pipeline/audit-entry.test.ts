import t from 'tap'
import { auditEntry, auditIncoming, routeOf } from '../../../edge/pipeline/audit-entry.ts'
import { NOBODY } from '../../../edge/pipeline/nobody.ts'
import { Line } from '../../support/exchange-maker.ts'

const site = (cache: object = {}, more: object = {}) => ({
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }] } },
  routes: { all: { path: '/*', pool: 'shop', cache, ...more } },
})

/** Keeps what a request brings, then compares it. @param later the site by then */
async function compared(cache: object, headers: Record<string, string>, answer: Record<string, string> = {}, later?: object) {
  const line = new Line(site(cache))
  line.upstream.will({ body: 'kept', headers: { 'cache-control': 'max-age=60', ...answer } })
  await line.ask({ headers })
  const [place] = [...line.memory.held()]
  if (place === undefined) throw new Error('nothing was kept')
  line.upstream.sent.length = 0
  if (later !== undefined) line.snapshot = new Line(later).snapshot
  const made = auditIncoming(place)
  if (typeof made === 'string') return { outcome: { skipped: made }, line }
  const x = { ...line.exchange(), incoming: made.incoming, reply: NOBODY }
  return { outcome: await auditEntry(place, line.memory.peek(place)!, made.again, x), line }
}

t.test('keyed fields, cookies, devices and classes are asked for as they are in the key', async (t) => {
  const key = { headers: { 'X-Country': { case: 'lower', oneOf: ['de'] } }, cookies: { currency: {} }, device: 'yes', client: 'yes' }
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148'
  for (const agent of [phone, 'Googlebot/2.1']) {
    const { outcome, line } = await compared(
      { key, crawlerFills: 'all' },
      { 'x-country': 'FR', cookie: 'currency=eur', 'User-Agent': agent },
    )
    t.same(outcome, { verdict: 'same' }, agent)
    const { fields } = line.upstream.sent[0]!
    t.equal(fields.get('x-country'), 'other')
    t.equal(fields.get('cookie'), 'currency=eur')
    t.equal(fields.get('x-ua-device'), agent === phone ? 'phone' : 'other')
    t.equal(fields.get('x-client-class'), agent === phone ? 'person' : 'crawler')
  }
})

t.test('a variant is asked for by its fields, where nothing unkeyed may pass too', async (t) => {
  const vary = { vary: 'Accept-Encoding, X-Theme' }
  t.same((await compared({}, { 'accept-encoding': 'gzip, br', 'x-theme': 'dark' }, vary)).outcome, { verdict: 'same' })
  t.same((await compared({ unkeyed: { headers: 'strip', cookies: 'strip' } }, { 'x-theme': 'dark' }, vary)).outcome, { verdict: 'same' })
})

t.test('what another rule or mode applies to by now is not compared', async (t) => {
  t.same((await compared({}, {}, {}, site({ key: { headers: { 'X-A': {} } } }))).outcome, { skipped: 'rule' })
  t.same((await compared({}, {}, {}, site({ store: 'off' }))).outcome, { skipped: 'off' })
  const elsewhere = { ...site(), routes: { all: { hosts: ['other.example'], path: '/*', pool: 'shop' } } }
  t.same((await compared({}, {}, {}, elsewhere)).outcome, { skipped: 'no-route' })
  t.same((await compared({ key: { identity: 'cookie:who' } }, { cookie: 'who=me' })).outcome, { skipped: 'identity' })
})

t.test('routes are found by place, and no target is remembered for it', async (t) => {
  const line = new Line(site())
  const place = { scheme: 'http', authority: 'shop.example:81', path: '/a', query: null } as const
  t.match(routeOf(place, line), { route: { id: 'all' }, request: { host: 'shop.example', authority: 'shop.example:81' } })
  t.equal(routeOf({ ...place, authority: 'no host' }, line), null)
})
