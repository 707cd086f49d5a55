import t from 'tap'
import { type Asking, Line } from '../../support/exchange-maker.ts'

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
