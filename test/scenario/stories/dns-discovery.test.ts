// Peers by SRV records of a real, tiny name server: they come with port, weight and priority, follow the records, and stay when the
// server fails, falls silent, or says that there is no such name.

import t, { type Test } from 'tap'
import type { ServiceReport } from '../../../control/domain/endpoint-source.ts'
import { startControl } from '../../support/control.ts'
import { type DnsRecord, startDns } from '../../support/dns-server.ts'
import { startEdge } from '../../support/edge.ts'
import { runLoad } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visitors } from '../../support/visit.ts'

const NAME = '_http._tcp.shop.test'
const origins = await Promise.all(['a', 'b', 'c'].map((body) => startOrigin(t, { body, headers: { 'cache-control': 'no-store' } })))
const record = (index: number, more: object = {}): DnsRecord => ({
  target: 'host.shop.test',
  port: origins[index]!.port,
  weight: 5,
  ...more,
})
const dns = await startDns(t)
dns.on('SRV', NAME, [record(0), record(1)]).on('A', 'host.shop.test', [{ address: '127.0.0.1', ttl: 0 }])
const discover = { dns: { name: NAME, type: 'SRV', minRefreshMs: 100, maxRefreshMs: 1_000 } }
const control = await startControl(t, {
  dns: { servers: [dns.address], timeoutMs: 1_000, tries: 1 },
  site: { pools: { shop: { discover } }, routes: { pages: { pool: 'shop' } } },
})
const edge = await startEdge(t, { control })
const send = visitors(t, edge, (i) => `/page/${i % 20}`)

const report = async () =>
  (JSON.parse((await control.call('GET', '/v1/endpoints')).text) as { reports: readonly ServiceReport[] }).reports[0]!
const peersAtEdge = async () => (await edge.snapshot()).endpoints.services[0]?.peers ?? []
const peersAre = (count: number) =>
  until(async () => (await peersAtEdge()).length === count, { what: `${count} peers at the edge`, deadlineMs: 30_000 })

async function servesAll(t: Test, what: string): Promise<void> {
  const load = await runLoad(send, { total: 100, inFlight: 4 })
  t.same([load.failures, load.statuses], [[], { 200: 100 }], what)
}

t.test('records become peers, and what changes there changes here', async (t) => {
  await peersAre(2)
  await until(async () => (await report()).lastError === null, { what: 'no trouble' })
  t.match(await report(), { service: `dns/SRV/${NAME}`, source: 'dns', peers: 2 })
  await servesAll(t, 'two peers')
  dns.on('SRV', NAME, [record(0), record(1), record(2, { priority: 10 })])
  await peersAre(3)
  const standby = (await peersAtEdge()).find(({ address }) => address.endsWith(`:${origins[2]!.port}`))
  t.match(standby, { weight: 5, priority: 1 })
})

t.test('a name server that fails, is silent, or knows the name no more takes no peer away', async (t) => {
  for (const [script, said] of [
    [{ code: 2 }, /ESERVFAIL/],
    ['silence', /ETIMEOUT/],
    ['garbage', /./],
    [{ code: 3 }, /^held: the DNS lists no healthy instance; the last 3 are kept/],
  ] as const) {
    dns.on('SRV', NAME, script)
    await until(async () => said.test((await report()).lastError ?? ''), { what: `${said}`, deadlineMs: 20_000 })
    t.equal((await peersAtEdge()).length, 3)
    await servesAll(t, `${said}`)
    dns.on('SRV', NAME, [record(0), record(1), record(2, { priority: 10 })])
    await until(async () => (await report()).lastError === null, { what: 'the name server to be believed again', deadlineMs: 20_000 })
  }
})

t.test('a name is asked for at a bounded rate', async (t) => {
  const before = dns.asked('SRV', NAME)
  const { answers } = await report()
  await until(async () => (await report()).answers >= answers + 5, { what: 'five more answers', deadlineMs: 30_000 })
  t.ok(dns.asked('SRV', NAME) - before < 30, `${dns.asked('SRV', NAME) - before}`)
})
