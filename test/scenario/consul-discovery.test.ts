import t from 'tap'
import { openConsulCatalog } from '../../control/discovery/consul-catalog.ts'
import { Discovery } from '../../control/discovery/discovery.ts'
import { systemClock, systemRandom, systemTimers } from '../../edge/base/system/clock.ts'
import { type DiscoverSource, serviceKey } from '../../edge/contract/discover.ts'
import { EMPTY_ENDPOINTS, type Endpoints } from '../../edge/contract/publication.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { validate } from '../../edge/contract/validate.ts'
import { startConsul, type TestConsul } from '../support/consul.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import type { Scope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { ScriptedResolver } from '../unit/control/discovery/scripted-resolver.ts'

// An answer of a blocking query that is left waiting this long would fail the bounds below.
const WAIT_MS = 100_000

function follow(t: Scope, consul: TestConsul, discover: DiscoverSource, last: Endpoints = EMPTY_ENDPOINTS) {
  const read = validate(SiteSchema, { pools: { shop: { discover } } })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const ports = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log: new RecordingLog(),
    metrics: new RecordingMetrics(),
    resolver: new ScriptedResolver(),
  }
  const config = { url: consul.url, waitMs: WAIT_MS, tokens: [], maxConnections: 150 }
  const discovery = new Discovery(
    { ...ports, catalog: openConsulCatalog(config, { tokenFor: async () => null }) },
    { endpoints: last, refused: [] },
  )
  t.teardown(() => discovery.close())
  let wakes = 0
  discovery.onChange(() => wakes++)
  discovery.follow(read.value)
  const peers = () => discovery.current().services.find(({ service }) => service === serviceKey(discover))?.peers ?? null
  const list = () =>
    peers()
      ?.map(({ address, weight }) => `${address}x${weight}`)
      .join(' ') ?? 'unknown'
  return {
    discovery,
    peers: list,
    wakes: () => wakes,
    report: () => discovery.report()[0]!,
    see: (wanted: string) => until(() => list() === wanted, { what: wanted }),
  }
}

const instance = (index: number, more: object = {}) => ({ id: `shop-${index}`, name: 'shop', port: 9100 + index, ...more })

t.test('instances come with their weights, and one that is deregistered leaves as soon as Consul says so', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1))
  await consul.register(instance(2, { weight: 3 }))
  const { see, wakes } = follow(t, consul, { service: 'shop' })
  await see('127.0.0.1:9101x1 127.0.0.1:9102x3')

  await consul.deregister('shop-1')
  await see('127.0.0.1:9102x3')
  await consul.register(instance(3))
  await see('127.0.0.1:9102x3 127.0.0.1:9103x1')
  t.equal(wakes(), 3, 'one for each change')
})

t.test('an instance in maintenance leaves, and comes back when it is over', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1))
  await consul.register(instance(2))
  const { see } = follow(t, consul, { service: 'shop' })
  await see('127.0.0.1:9101x1 127.0.0.1:9102x1')
  await consul.call('PUT', '/v1/agent/service/maintenance/shop-1?enable=true')
  await see('127.0.0.1:9102x1')
  await consul.call('PUT', '/v1/agent/service/maintenance/shop-1?enable=false')
  await see('127.0.0.1:9101x1 127.0.0.1:9102x1')
})

t.test('only instances with the tag count, and what happens to other services wakes nobody', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1, { tags: ['blue'] }))
  await consul.register(instance(2, { tags: ['green'] }))
  const { see, wakes } = follow(t, consul, { service: 'shop', tag: 'blue' })
  await see('127.0.0.1:9101x1')
  const before = wakes()
  await consul.register({ id: 'other', name: 'other', port: 1 })
  await consul.register(instance(2, { tags: ['green', 'new'] }))
  await consul.register(instance(4, { tags: ['blue'] }))
  await see('127.0.0.1:9101x1 127.0.0.1:9104x1')
  t.equal(wakes(), before + 1)
})

t.test('an instance whose tags change comes and goes, and its labels travel', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1, { tags: ['blue'], meta: { version: '1' } }))
  await consul.register(instance(2, { tags: ['green'] }))
  const { see, discovery } = follow(t, consul, { service: 'shop', tag: 'blue' })
  await see('127.0.0.1:9101x1')
  const first = () => discovery.current().services[0]?.peers[0]
  t.match(first(), { tags: ['blue'], meta: { version: '1' }, zone: 'dc1' }, 'the zone is the datacenter where nothing better is known')
  await consul.register(instance(2, { tags: ['blue', 'new'] }))
  await see('127.0.0.1:9101x1 127.0.0.1:9102x1')
  await consul.register(instance(2, { tags: ['green'] }))
  await see('127.0.0.1:9101x1')
  await consul.register(instance(1, { tags: ['blue'], meta: { version: '2', zone: 'fra-a' } }))
  await until(() => first()?.meta?.version === '2', { what: 'the new version' })
  t.equal(first()?.zone, 'fra-a')
})

t.test('an instance without an address is reached at its node', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1, { address: '' }))
  const { see } = follow(t, consul, { service: 'shop' })
  await see('127.0.0.1:9101x1')
})

t.test('the last instance to leave is kept and said to be held', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(1))
  const { see, report, peers } = follow(t, consul, { service: 'shop' })
  await see('127.0.0.1:9101x1')
  await consul.deregister('shop-1')
  await until(() => report().lastError !== null, { what: 'the report to say so' })
  t.match(report(), { peers: 1, lastError: /^held: / })
  t.equal(peers(), '127.0.0.1:9101x1')
})

t.test('a Consul that dies takes nothing with it, and one that begins anew with lower indexes is followed', async (t) => {
  const consul = await startConsul(t)
  // Indexes that the new Consul will not reach: whoever waits behind the old one sleeps through the news.
  for (let i = 0; i < 50; i++) await consul.call('PUT', `/v1/kv/filler-${i}`, 'x')
  await consul.register(instance(1))
  await consul.register(instance(2))
  const { see, report, peers, discovery } = follow(t, consul, { service: 'shop' })
  await see('127.0.0.1:9101x1 127.0.0.1:9102x1')
  const { seq } = discovery.current()

  await consul.kill()
  await until(() => report().lastError !== null, { what: 'the report to say so' })
  t.equal(peers(), '127.0.0.1:9101x1 127.0.0.1:9102x1')
  await consul.restart()
  await until(() => /^held/.test(report().lastError ?? ''), { what: 'the empty list of the new Consul to be held', deadlineMs: 60_000 })
  t.equal(peers(), '127.0.0.1:9101x1 127.0.0.1:9102x1')
  await consul.register(instance(2))
  await see('127.0.0.1:9102x1')
  t.equal(report().lastError, null)
  t.equal(discovery.current().seq, seq + 1)
})

t.test('the endpoints of the last run stand until a silent Consul answers', async (t) => {
  const consul = await startConsul(t)
  await consul.register(instance(2))
  consul.pause()
  const last: Endpoints = { seq: 9, services: [{ service: 'shop', peers: [{ address: '127.0.0.1:9101', weight: 1 }], seenAtMs: 1 }] }
  const { see, peers, discovery } = follow(t, consul, { service: 'shop' }, last)
  t.equal(peers(), '127.0.0.1:9101x1')
  consul.resume()
  await see('127.0.0.1:9102x1')
  t.equal(discovery.current().seq, 10)
})
