import t from 'tap'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { EMPTY_ENDPOINTS, type Endpoints } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const pools = (pool: object) => toldOf({ pools: { shop: pool } }).site.pools
const FOUND: Endpoints = {
  seq: 1,
  services: [
    {
      service: 'shop-api:v2',
      seenAtMs: 1,
      peers: [
        { address: '10.0.0.1:80', weight: 1 },
        { address: '10.0.0.2:80', weight: 5 },
      ],
    },
  ],
}

t.test('discovered peers stand beside those of the configuration, which wins where both name one', async (t) => {
  const config = { peers: [{ address: '10.0.0.2:80', weight: 3 }], discover: { service: 'shop-api', tag: 'v2' } }
  const plan = compilePools(pools(config), FOUND, makeRegistries()).get('shop')!
  t.same(
    plan.peers.map(({ address, weight }) => [address, weight]),
    [
      ['10.0.0.2:80', 3],
      ['10.0.0.1:80', 1],
    ],
  )
  t.same(compilePools(pools({ peers: [] }), FOUND, makeRegistries()).get('shop')!.peers, [], 'who does not ask is given none')
})

t.test('a peer that stays keeps its state, one that left is forgotten', async (t) => {
  const registries = makeRegistries()
  const both = { peers: [{ address: '10.0.0.1:80' }, { address: '10.0.0.2:80' }] }
  const [stays, leaves] = compilePools(pools(both), EMPTY_ENDPOINTS, registries).get('shop')!.peers
  stays!.consecutiveFailures = 4
  leaves!.consecutiveFailures = 4
  compilePools(pools({ peers: [{ address: '10.0.0.1:80' }] }), EMPTY_ENDPOINTS, registries)
  const back = compilePools(pools(both), EMPTY_ENDPOINTS, registries).get('shop')!.peers
  t.equal(back[0], stays)
  t.equal(back[1]!.consecutiveFailures, 0)
})

t.test('how a peer is reached is as the pool says', async (t) => {
  const config = { peers: [{ address: '10.0.0.1:80' }], scheme: 'https', connectTimeoutMs: 7, firstByteTimeoutMs: 9 }
  const plan = compilePools(pools(config), EMPTY_ENDPOINTS, makeRegistries()).get('shop')!
  t.match(plan.hopOf(plan.peers[0]!, 8, 9), {
    scheme: 'https',
    address: '10.0.0.1:80',
    connectTimeoutMs: 7,
    untilHeadMs: 8,
    firstByteTimeoutMs: 9,
  })
})

t.test('a balancer is built anew only when its kind, an address or a weight changed', async (t) => {
  const registries = makeRegistries()
  const balancer = (pool: object) => compilePools(pools(pool), EMPTY_ENDPOINTS, registries).get('shop')!.balancer
  const first = balancer({ connectTimeoutMs: 100 })
  t.equal(balancer({ connectTimeoutMs: 200 }), first)
  t.not(balancer({ balance: 'round-robin' }), first)
  const heavier = balancer({ peers: [{ address: '127.0.0.1:1', weight: 7 }] })
  t.not(heavier, first)
})

t.test('of new endpoints only the pools that they touch are compiled', async (t) => {
  const registries = makeRegistries()
  const site = pools({ discover: { service: 'shop-api', tag: 'v2' }, peers: [] })
  const both = { ...site, docs: { ...site.shop!, discover: { ...site.shop!.discover!, service: 'docs' } } }
  const docs = { service: 'docs:v2', seenAtMs: 1, peers: [{ address: '10.0.1.1:80', weight: 1 }] }
  const before = compilePools(both, { seq: 2, services: [...FOUND.services, docs] }, registries)
  const moved = { ...docs, peers: [...docs.peers, { address: '10.0.1.2:80', weight: 1 }] }
  const after = compilePools(both, structuredClone({ seq: 3, services: [...FOUND.services, moved] }), registries)
  t.equal(after.get('shop'), before.get('shop'))
  t.not(after.get('docs'), before.get('docs'))
  t.equal(after.get('docs')!.peers[0], before.get('docs')!.peers[0])
})

t.test('a pool that has gone is forgotten with all that was kept of it', async (t) => {
  const registries = makeRegistries()
  const config = { peers: [{ address: '10.0.0.1:80' }] }
  const before = compilePools(pools(config), EMPTY_ENDPOINTS, registries).get('shop')!
  compilePools({}, EMPTY_ENDPOINTS, registries)
  t.equal(registries.peers.size, 0)
  const after = compilePools(pools(config), EMPTY_ENDPOINTS, registries).get('shop')!
  t.not(after.balancer, before.balancer)
  t.not(after.peers[0], before.peers[0])
})

t.test('a pool takes the peers that its subset asks for', async (t) => {
  const config = {
    subset: { tags: ['new'] },
    peers: [{ address: '10.0.0.1:80', tags: ['new'] }, { address: '10.0.0.2:80' }],
  }
  t.same(
    compilePools(pools(config), EMPTY_ENDPOINTS, makeRegistries())
      .get('shop')!
      .peers.map(({ address }) => address),
    ['10.0.0.1:80'],
  )
})
