import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { fuseTroubles } from '../../../edge/pipeline/fuse-troubles.ts'
import { type Asking, Line, toldOf } from '../../support/exchange-maker.ts'

const peers = (port: number) => ({ peers: [{ address: `127.0.0.1:${port}` }], tries: 1 })
const split = { by: 'cookie:uid', groups: { next: { pool: 'v2', percent: 100, headers: { 'x-test': '*' } } } }
const lineOf = () =>
  new Line({ pools: { v1: peers(1), v2: peers(2) }, routes: { shop: { path: '/*', pool: 'v1', split, cache: { store: 'off' } } } })
const taken = (line: Line, group = 'next') => line.registries.tallies.get(`shop ${group}`)!.take()

t.test('answers and failures of the pool are counted with their times', async (t) => {
  const line = lineOf()
  line.upstream.will({ status: 200 }, { status: 404 }, { status: 500 }, { fault: 'UPSTREAM_CONNECT' })
  for (let i = 0; i < 4; i++) await line.ask()
  t.match(taken(line), { requests: 4, failures: 2, times: [4] })
  t.equal(taken(line, 'control'), null)
})

t.test('a client that goes away, and an edge that refuses, say nothing of the pool', async (t) => {
  const line = lineOf()
  line.upstream.will({ fault: 'CLIENT_GONE' })
  await line.ask()
  t.equal(taken(line), null)
})

t.test('who forces a group, and crawlers, are not compared', async (t) => {
  const line = lineOf()
  const askings: Asking[] = [{ headers: { 'X-Test': '1' } }, { headers: { 'User-Agent': 'Googlebot/2.1' } }]
  for (const asking of askings) t.equal((await line.ask(asking)).status, 200)
  t.equal(taken(line), null)
  t.equal(taken(line, 'control'), null)
})

t.test('a worker by itself sends nobody to a canary that plainly fails, until the shares are others', async (t) => {
  const groups = { next: { pool: 'v2', percent: 50 } }
  const route = { path: '/*', pool: 'v1', cache: { store: 'off' } }
  const site = (split: object) => ({
    pools: { v1: peers(1), v2: peers(2) },
    routes: { shop: { ...route, split: { by: 'cookie:uid', groups, ...split } } },
  })
  const tried = async (line: Line, users = 200) => {
    line.upstream.will((request) => ({ status: request.hop.address.endsWith(':2') ? 500 : 200 }))
    const pools = []
    for (let uid = 0; uid < users; uid++) pools.push((await line.ask({ headers: { Cookie: `uid=${uid}` } })).logged)
    return pools.filter(({ pool }) => pool === 'v2').length
  }
  const line = new Line(site({ canary: { group: 'next' } }))
  const before = await tried(line)
  t.ok(before >= 50 && before < 70, `${before} of some hundred, and then no more`)
  t.equal(await tried(line), 0)
  t.match(await line.ask({ headers: { Cookie: 'uid=0' } }), { logged: { group: 'control' } })
  t.match(fuseTroubles(line.registries.tallies.entries(), line.snapshot, line.clock.wallMs()), [
    { kind: 'canary-returned', pool: 'v2', cause: 'route shop: 100 % of the last requests at this edge failed' },
  ])
  t.equal(line.log.lines.filter(({ event }) => event === 'canary-fuse-blown').length, 1)

  const weights = [{ route: 'shop', percents: { next: 40 }, owner: 'ann', reason: 'again', setAtMs: 1 }]
  const told = toldOf(site({ canary: { group: 'next' } }), { seq: 1, switches: [], overrides: [], weights })
  line.snapshot = compile(told, line.registries)
  t.same(fuseTroubles(line.registries.tallies.entries(), line.snapshot, line.clock.wallMs()), [])
  t.ok((await tried(line)) >= 50, 'it is looked at anew')
  t.ok((await tried(new Line(site({})))) > 80, 'a group that is no canary is left alone')
})
