import t from 'tap'
import { HashBalancer } from '../../../edge/balance/hash-balancer.ts'
import { Ketama } from '../../../edge/balance/ketama.ts'
import { LeastRequest } from '../../../edge/balance/least-request.ts'
import { Maglev } from '../../../edge/balance/maglev.ts'
import { Rendezvous } from '../../../edge/balance/rendezvous.ts'
import { RoundRobin } from '../../../edge/balance/round-robin.ts'
import { balanceOf, balancerOf } from '../../../edge/config/compile-balancer.ts'
import type { PoolConfig } from '../../../edge/contract/pool.ts'
import { peersOf } from '../../support/balance-figures.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const poolOf = (pool: object): PoolConfig => toldOf({ pools: { shop: pool } }).site.pools.shop!

t.test('each way to balance has its balancer', async (t) => {
  const balancer = (balance: string) => balancerOf('shop', poolOf({ balance }), peersOf(3), makeRegistries())
  t.ok(balancer('round-robin') instanceof RoundRobin)
  t.ok(balancer('least-request') instanceof LeastRequest)
  for (const [balance, mapping] of [
    ['consistent-hash', Rendezvous],
    ['ketama', Ketama],
    ['maglev', Maglev],
  ] as const) {
    const made = balancer(balance)
    t.ok(made instanceof HashBalancer && made.mapping instanceof mapping, balance)
  }
})

t.test('the bound on load is that of the pool', async (t) => {
  const peers = peersOf(3)
  const bounded = balancerOf('shop', poolOf({ maxLoadFactor: 1.25 }), peers, makeRegistries())
  const home = bounded.pick('/', [], 0)!
  home.inFlight = 3
  t.not(bounded.pick('/', [], 0), home)
  t.equal(balancerOf('shop', poolOf({}), peers, makeRegistries()).pick('/', [], 0), home)
})

t.test('what is hot stays hot when peers come and go, until its rule changes', async (t) => {
  const registries = makeRegistries()
  const pool = poolOf({ hotKeySpread: { ratePerS: 1 } })
  const spreads = [pool, pool, poolOf({ hotKeySpread: { ratePerS: 2 } })].map((config, at) => {
    balancerOf('shop', config, peersOf(3 + at), registries)
    return registries.hotSpreads.get('shop')
  })
  t.equal(spreads[0], spreads[1])
  t.not(spreads[1], spreads[2])
  t.same(spreads[2]!.rule, { ratePerS: 2, maxPeers: 4 })
})

t.test('the text of the rules differs wherever the balancer would', async (t) => {
  const pools = [{}, { balance: 'maglev' }, { maxLoadFactor: 2 }, { hotKeySpread: {} }, { hotKeySpread: { maxPeers: 5 } }]
  t.equal(new Set(pools.map((pool) => balanceOf(poolOf(pool)))).size, pools.length)
  t.equal(balanceOf(poolOf({ tries: 3 })), balanceOf(poolOf({})))
})
