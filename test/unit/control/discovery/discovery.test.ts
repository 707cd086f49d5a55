import t from 'tap'
import { Discovery, sourcesOf } from '../../../../control/discovery/discovery.ts'
import { EMPTY_ENDPOINTS, type Endpoints } from '../../../../edge/contract/publication.ts'
import { type Site, SiteSchema } from '../../../../edge/contract/site.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { instance, ScriptedCatalog, turns } from './scripted-catalog.ts'
import { ScriptedResolver } from './scripted-resolver.ts'

function siteOf(services: readonly { service: string; tag?: string; datacenter?: string }[]): Site {
  const pools = Object.fromEntries(services.map((discover, index) => [`pool-${index}`, { discover }]))
  const read = validate(SiteSchema, { pools: { ...pools, fixed: { peers: [{ address: '10.0.0.1:80' }] } } })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.value
}

function discovery(t: Scope, last: Endpoints = EMPTY_ENDPOINTS) {
  const [catalog, clock] = [new ScriptedCatalog(), new ManualClock()]
  const made = new Discovery(
    {
      catalog,
      clock,
      timers: clock,
      random: new SeededRandom(),
      log: new RecordingLog(),
      metrics: new RecordingMetrics(),
      resolver: new ScriptedResolver(),
    },
    { endpoints: last, refused: [] },
  )
  t.teardown(() => made.close())
  let changes = 0
  made.onChange(() => changes++)
  const services = () => made.current().services.map(({ service, peers }) => `${service}=${peers.map((peer) => peer.address)}`)
  return { catalog, clock, discovery: made, services, changes: () => changes }
}

const LAST: Endpoints = {
  seq: 40,
  services: [
    { service: 'gone', peers: [{ address: '10.0.0.8:80', weight: 1 }], seenAtMs: 1 },
    { service: 'shop', peers: [{ address: '10.0.0.9:80', weight: 1 }], seenAtMs: 1 },
  ],
}

t.test('only what pools discover is watched, each service once', (t) => {
  const site = siteOf([{ service: 'shop' }, { service: 'shop' }, { service: 'shop', tag: 'blue' }, { service: 'shop', datacenter: 'dc2' }])
  t.same([...sourcesOf(site).keys()], ['shop', 'shop:blue', 'shop@dc2'])
  t.end()
})

t.test('answers that come together travel under one sequence number', async (t) => {
  const { catalog, clock, discovery: made, services, changes } = discovery(t)
  made.follow(siteOf([{ service: 'shop' }, { service: 'cart' }]))
  await catalog.question('shop').answer({ body: [instance('10.0.0.1', 80)] })
  await catalog.question('cart').answer({ body: [instance('10.0.0.2', 80)] })
  t.equal(changes(), 0)
  clock.advance(20)
  t.equal(changes(), 1)
  t.equal(made.current().seq, 1)
  t.same(services(), ['cart=10.0.0.2:80', 'shop=10.0.0.1:80'])
  t.equal(made.current().services[0]?.seenAtMs, clock.wallMs() - 20)
})

t.test('a service that has not answered yet is not taken for an empty one', async (t) => {
  const { catalog, clock, discovery: made, services } = discovery(t)
  made.follow(siteOf([{ service: 'shop' }, { service: 'slow' }]))
  await catalog.question('shop').answer({ body: [] })
  clock.advance(20)
  t.same(services(), ['shop='])
})

t.test('the endpoints of the last run stand when Consul does not answer', async (t) => {
  const { catalog, clock, discovery: made, services, changes } = discovery(t, LAST)
  t.equal(made.current(), LAST)
  made.follow(siteOf([{ service: 'shop' }, { service: 'gone' }]))
  await catalog.question('shop').fail('connect ECONNREFUSED')
  clock.advance(100)
  t.equal(made.current(), LAST)
  t.equal(changes(), 0)
  t.match(made.report()[1], { service: 'shop', peers: 1, lastError: 'connect ECONNREFUSED' })
  t.same(services(), ['gone=10.0.0.8:80', 'shop=10.0.0.9:80'])
})

t.test('a revision that drops a service ends its watch and takes its endpoints out', async (t) => {
  const { catalog, clock, discovery: made, services } = discovery(t, LAST)
  made.follow(siteOf([{ service: 'shop' }, { service: 'gone' }]))
  made.follow(siteOf([{ service: 'shop' }]))
  clock.advance(20)
  t.same(services(), ['shop=10.0.0.9:80'])
  t.equal(made.current().seq, 41)
  await turns()
  t.same(
    made.report().map(({ service }) => service),
    ['shop'],
  )
  t.equal(catalog.asked, 2, 'and the service that stayed was not asked again')
})

t.test('following the same services again changes nothing', (t) => {
  const { catalog, clock, discovery: made, changes } = discovery(t)
  made.follow(siteOf([{ service: 'shop' }]))
  made.follow(siteOf([{ service: 'shop' }]))
  clock.advance(100)
  t.equal(catalog.asked, 1)
  t.equal(changes(), 0)
  t.end()
})

t.test('a listener that was taken back hears nothing', async (t) => {
  const { catalog, clock, discovery: made } = discovery(t)
  let heard = 0
  made.onChange(() => heard++)()
  made.follow(siteOf([{ service: 'shop' }]))
  await catalog.question().answer({ body: [instance('10.0.0.1', 80)] })
  clock.advance(20)
  t.equal(heard, 0)
})

t.test('closing ends every watch and the client', async (t) => {
  const { catalog, clock, discovery: made } = discovery(t)
  made.follow(siteOf([{ service: 'shop' }, { service: 'cart' }]))
  await made.close()
  t.equal(catalog.closed, true)
  t.equal(clock.pending, 0)
})
