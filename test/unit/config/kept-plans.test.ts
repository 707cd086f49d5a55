import t from 'tap'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { KeptPlans } from '../../../edge/config/kept-plans.ts'
import type { PoolPlan } from '../../../edge/config/snapshot.ts'
import type { PeerConfig } from '../../../edge/contract/peer.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const { site } = toldOf({ pools: { shop: { peers: [{ address: '10.0.0.1:80' }] } } })
const config = site.pools.shop!
const compiled = () => ({ ...compilePools(site.pools, EMPTY_ENDPOINTS, makeRegistries()).get('shop')! })
const obtain = (plans: KeptPlans, peers: readonly PeerConfig[], of = config): PoolPlan => plans.obtain('shop', of, peers, compiled)
const PEER = { address: '10.0.0.1:80', weight: 1, tags: ['a'], meta: { rack: '1' } }

t.test('peers that say the same give the same plan, whoever said it', async (t) => {
  const plans = new KeptPlans(10)
  const first = obtain(plans, [PEER])
  t.equal(obtain(plans, [structuredClone(PEER)]), first)
})

t.test('whatever changes in a peer makes another plan', async (t) => {
  const others: PeerConfig[][] = [
    [],
    [PEER, PEER],
    [{ ...PEER, weight: 2 }],
    [{ ...PEER, zone: 'a' }],
    [{ ...PEER, tags: ['b'] }],
    [{ ...PEER, tags: ['a', 'b'] }],
    [{ ...PEER, meta: { rack: '2' } }],
    [{ ...PEER, meta: { shelf: '1' } }],
    [{ address: PEER.address, weight: 1, tags: ['a'] }],
  ]
  for (const peers of others) {
    const plans = new KeptPlans(10)
    const first = obtain(plans, [PEER])
    t.not(obtain(plans, peers), first, JSON.stringify(peers))
  }
})

t.test('another configuration makes another plan, and so does a pool that was away', async (t) => {
  const plans = new KeptPlans(10)
  const first = obtain(plans, [PEER])
  const second = obtain(plans, [PEER], structuredClone(config))
  t.not(second, first)
  plans.retain(new Set())
  t.not(obtain(plans, [PEER]), second)
})
