import t from 'tap'
import { SlowStart } from '../../../edge/balance/slow-start.ts'
import { Tiers } from '../../../edge/balance/tiers.ts'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const A1 = { address: '10.0.0.1:80', zone: 'a' }
const B1 = { address: '10.0.0.2:80', zone: 'b' }
const B2 = { address: '10.0.0.3:80', zone: 'b', priority: 1 }
const NOWHERE = { address: '10.0.0.4:80' }
const KEYS = Array.from({ length: 200 }, (_, i) => `/item/${i}`)

/** Who is asked, of a pool compiled by an edge of a zone. */
function asked(pool: object, zone: string | null, out: readonly string[] = []): string[] {
  const plan = compilePools(toldOf({ pools: { shop: pool } }).site.pools, EMPTY_ENDPOINTS, { ...makeRegistries(), zone }).get('shop')!
  for (const peer of plan.peers.filter(({ address }) => out.includes(address))) {
    peer.ejection = { state: 'ejected', untilMs: 2, lengthMs: 1, doublings: 0 }
  }
  return [...new Set(KEYS.map((key) => plan.balancer.pick(key, [], 1)!.address))].sort()
}

for (const balance of ['consistent-hash', 'round-robin', 'least-request']) {
  t.test(`${balance}: peers of the lowest number are asked, then the next`, async (t) => {
    const pool = { balance, peers: [A1, B1, B2] }
    t.same(asked(pool, null), [A1.address, B1.address])
    t.same(asked(pool, null, [A1.address, B1.address]), [B2.address])
  })

  t.test(`${balance}: an edge asks peers of its own zone first, where its pool prefers them`, async (t) => {
    const pool = { balance, zones: 'prefer', peers: [A1, B1, B2, NOWHERE] }
    t.same(asked(pool, 'a'), [A1.address])
    t.same(asked(pool, 'b'), [B1.address])
    t.same(asked(pool, 'b', [B1.address]), [A1.address, NOWHERE.address], 'priority comes before zone')
    t.same(asked({ ...pool, zones: 'ignore' }, 'a'), [A1.address, B1.address, NOWHERE.address])
    t.same(asked(pool, null), [A1.address, B1.address, NOWHERE.address], 'an edge without a zone prefers nobody')
    t.same(asked(pool, 'c'), [A1.address, B1.address, NOWHERE.address], 'nor does one where no peer stands')
  })
}

t.test('a pool of one tier has the plain balancer', async (t) => {
  const plan = (pool: object) => compilePools(toldOf({ pools: { shop: pool } }).site.pools, EMPTY_ENDPOINTS, makeRegistries()).get('shop')!
  t.notOk(plan({ peers: [A1, B1] }).balancer instanceof Tiers)
  t.ok(plan({ peers: [A1, B2] }).balancer instanceof Tiers)
})

t.test('a balancer is built anew when a peer changes its tier, and no state is lost', async (t) => {
  const registries = makeRegistries()
  const plan = (pool: object) => compilePools(toldOf({ pools: { shop: pool } }).site.pools, EMPTY_ENDPOINTS, registries).get('shop')!
  const before = plan({ peers: [A1, B1] })
  before.peers[1]!.consecutiveFailures = 2
  const after = plan({ peers: [A1, { ...B1, priority: 1 }] })
  t.not(after.balancer, before.balancer)
  t.equal(after.peers[1]!.consecutiveFailures, 2)
})

t.test('slow start: who comes to a pool that has peers is eased in, who starts with it is not', async (t) => {
  const registries = makeRegistries()
  const plan = (pool: object) => compilePools(toldOf({ pools: { shop: pool } }).site.pools, EMPTY_ENDPOINTS, registries).get('shop')!
  const states = (pool: object) => plan({ slowStartMs: 1_000, ...pool }).peers.map(({ ramp }) => ramp.state)
  t.same(states({ peers: [A1] }), ['full'])
  t.same(states({ peers: [A1, B1] }), ['full', 'due'])
  t.same(states({ peers: [B2, A1] }), ['due', 'full'])
  t.ok(plan({ slowStartMs: 1_000, peers: [A1] }).balancer instanceof SlowStart)
  t.notOk(plan({ peers: [A1] }).balancer instanceof SlowStart)
  t.same(
    plan({ peers: [A1, NOWHERE] }).peers.map(({ ramp }) => ramp.state),
    ['full', 'full'],
    'not where nobody asked for it',
  )
})

t.test('peers have a latency where that decides, and only there', async (t) => {
  const registries = makeRegistries()
  const peer = (pool: object) =>
    compilePools(toldOf({ pools: { shop: { peers: [A1], ...pool } } }).site.pools, EMPTY_ENDPOINTS, registries).get('shop')!.peers[0]!
  t.equal(peer({}).latency, null)
  const latency = peer({ balance: 'peak-ewma' }).latency!
  t.equal(latency.decayMs, 10_000)
  t.equal(peer({ balance: 'peak-ewma', latencyDecayMs: 500 }).latency, latency, 'what is known stays')
  t.equal(latency.decayMs, 500)
  t.equal(peer({ balance: 'least-request' }).latency, null)
})
