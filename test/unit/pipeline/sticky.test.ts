import t from 'tap'
import { Line } from '../../support/exchange-maker.ts'

const PEERS = ['127.0.0.1:1001', '127.0.0.1:1002', '127.0.0.1:1003']
const site = (route: object = {}, sticky: object = {}) => ({
  pools: { shop: { balance: 'round-robin', peers: PEERS.map((address) => ({ address })), sticky: { cookie: 'peer', ...sticky } } },
  routes: { all: { pool: 'shop', cache: { store: 'off' }, ...route } },
})
const cookieOf = (told: { fields: { getAll(name: string): string[] } }) =>
  /^peer=([^;]+)/.exec(told.fields.getAll('set-cookie')[0] ?? '')?.[1] ?? ''
const asking = (cookie: string, more: object = {}) => ({ headers: { Cookie: `a=1; peer=${cookie}` }, ...more })
const counted = (line: Line, outcome: string) => line.metrics.value('weir_sticky_total', ['shop', outcome])

t.test('a client comes back to the peer that served it first', async (t) => {
  const line = new Line(site())
  const first = await line.ask()
  const cookie = cookieOf(first)
  t.ok(cookie)
  t.notMatch(cookie, '127')
  for (let i = 0; i < 5; i++) {
    const again = await line.ask(asking(cookie))
    t.equal(again.logged.peer, first.logged.peer)
    t.same(again.fields.getAll('set-cookie'), [], 'and needs no other cookie')
  }
  t.equal(counted(line, 'named'), 5)
  t.equal(counted(line, 'none'), 1)
})

t.test('when its peer may not be asked another is, and named from then on', async (t) => {
  const line = new Line(site())
  const first = await line.ask()
  const peer = line.snapshot.pools.get('shop')!.peers.find(({ address }) => address === first.logged.peer)!
  peer.ejection = { state: 'ejected', untilMs: Number.POSITIVE_INFINITY, lengthMs: 1, doublings: 0 }
  const second = await line.ask(asking(cookieOf(first)))
  t.not(second.logged.peer, first.logged.peer)
  t.equal(counted(line, 'out'), 1)
  t.equal((await line.ask(asking(cookieOf(second)))).logged.peer, second.logged.peer)
})

t.test('what was made up is passed over and counted', async (t) => {
  const line = new Line(site())
  const cookie = cookieOf(await line.ask())
  const forged = await line.ask(asking(`${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`))
  t.equal(forged.status, 200)
  t.ok(cookieOf(forged))
  t.ok(cookieOf(await line.ask(asking('127.0.0.1:1001'))))
  t.equal(counted(line, 'forged'), 1)
  t.equal(counted(line, 'garbled'), 1)
})

t.test('its attributes keep it from scripts, and from caches that others share', async (t) => {
  const plain = await new Line(site()).ask()
  t.match(plain.fields.get('set-cookie'), /^peer=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  t.equal(plain.fields.get('cache-control'), 'private="Set-Cookie"')
  const strict = await new Line(site({}, { ttlMs: 60_000, secure: 'always', sameSite: 'Strict', path: '/shop' })).ask()
  t.match(strict.fields.get('set-cookie'), /^peer=[\w.-]+; Path=\/shop; Max-Age=60; HttpOnly; SameSite=Strict; Secure$/)
})

t.test('what is kept is kept without it, and whoever has one is served from what is kept', async (t) => {
  const line = new Line(site({ cache: { store: 'standard' } }))
  const page = { status: 200, headers: { 'Cache-Control': 'max-age=60' } }
  line.upstream.will(page)
  const filled = await line.ask()
  t.same(filled.fields.getAll('set-cookie'), [])
  const hit = await line.ask()
  t.equal(hit.servedBy, 'hit')
  t.same(hit.fields.getAll('set-cookie'), [])
  const posted = await line.ask({ method: 'POST' })
  const cookie = cookieOf(posted)
  t.ok(cookie)
  line.upstream.will(page)
  const other = await line.ask({ target: '/other', headers: { Cookie: `peer=${cookie}` } })
  t.match(other.cacheStatus, /stored/, 'it does not keep an answer from being kept')
  t.equal((await line.ask({ target: '/other' })).servedBy, 'hit')
})

t.test('nobody is bound to a peer that says it cannot serve', async (t) => {
  const line = new Line(site())
  line.upstream.will({ status: 503 })
  t.same((await line.ask({ method: 'POST' })).fields.getAll('set-cookie'), [])
})
