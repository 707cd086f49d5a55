// Pools from their configuration and what discovery found. Peers come from the registry, so that their health and load live on.

import { PanicWatch } from '../balance/panic.ts'
import type { Peer } from '../balance/peer.ts'
import { parseHashKey } from '../contract/balance.ts'
import type { PeerConfig } from '../contract/peer.ts'
import type { PoolConfig } from '../contract/pool.ts'
import { peersByPool } from '../contract/pool-peers.ts'
import type { Endpoints } from '../contract/publication.ts'
import { balanceOf, balancerOf } from './compile-balancer.ts'
import { choiceMark, choiceOf, noteChoice, tierOf } from './compile-choice.ts'
import { poolDoor } from './compile-doors.ts'
import { hedgesOf } from './compile-hedge.ts'
import { outliersOf } from './compile-outliers.ts'
import { retryPlan } from './compile-retry.ts'
import { stickyPlan } from './compile-sticky.ts'
import type { KeptBalancer, Registries } from './registries.ts'
import type { PoolPlan } from './snapshot.ts'

/** All pools of a site. */
export function compilePools(
  pools: Readonly<Record<string, PoolConfig>>,
  endpoints: Endpoints,
  registries: Registries,
): ReadonlyMap<string, PoolPlan> {
  const plans = new Map<string, PoolPlan>()
  for (const [id, { config, peers }] of peersByPool(pools, endpoints)) {
    plans.set(
      id,
      registries.plans.obtain(id, config, peers, () => poolPlan(id, config, peers, registries)),
    )
  }
  const ids = new Set(plans.keys())
  for (const [id] of registries.balancers.entries()) if (!ids.has(id)) registries.balancers.delete(id)
  for (const [id] of registries.hotSpreads.entries()) if (!ids.has(id)) registries.hotSpreads.delete(id)
  registries.plans.retain(ids)
  registries.peers.retainPools(ids)
  return plans
}

function poolPlan(id: string, config: PoolConfig, peerConfigs: readonly PeerConfig[], registries: Registries): PoolPlan {
  const { peers, balancer } = keptBalancer(id, config, peerConfigs, registries)
  const { scheme, connectTimeoutMs, idleTimeoutMs, maxConnections, maxQueued, keepAliveMs } = config
  const tls = { serverName: config.tls.serverName ?? null, verify: config.tls.verify, caFile: config.tls.caFile ?? null }
  const times = { scheme, connectTimeoutMs, idleTimeoutMs, maxConnections, maxQueued, keepAliveMs, tls }
  return {
    id,
    config,
    hashKey: parseHashKey(config.hashKey),
    peers,
    balancer,
    sticky: stickyPlan(id, config, peers, registries),
    door: poolDoor(id, config, registries),
    outliers: outliersOf(config.ejection, peers),
    panic: panicOf(config, peers, peerConfigs, registries.zone),
    retry: retryPlan(id, config, registries),
    hedges: hedgesOf(id, config, registries),
    hopOf: (peer, untilHeadMs, firstByteTimeoutMs) => ({ ...times, address: peer.address, untilHeadMs, firstByteTimeoutMs }),
  }
}

// One for all peers of the pool: each asks it when it is out.
function panicOf(config: PoolConfig, peers: readonly Peer[], peerConfigs: readonly PeerConfig[], zone: string | null): PanicWatch | null {
  const tiers = Map.groupBy(peers, (_, at) => tierOf(config, peerConfigs[at]!, zone))
  const panic = config.panicRatio === 0 ? null : new PanicWatch([...tiers.values()], config.panicRatio)
  for (const peer of peers) peer.panic = panic
  return panic
}

// Built anew only when its rules, an address, a weight or a tier changed, so that a revision that touches other things costs nothing here.
function keptBalancer(id: string, config: PoolConfig, peerConfigs: readonly PeerConfig[], registries: Registries): KeptBalancer {
  const { zone, random } = registries
  const marks = peerConfigs.map((peer) => `${peer.address}*${peer.weight}@${tierOf(config, peer, zone)}`)
  const of = `${balanceOf(config)} ${choiceMark(config)} ${marks.join(' ')}`
  const known = registries.balancers.get(id)
  if (known?.of === of) return known
  const candidates = peerConfigs.map((peer) => ({
    config: peer,
    peer: registries.peers.obtain({ poolId: id, address: peer.address }, peer.weight),
  }))
  const peers = candidates.map(({ peer }) => peer)
  noteChoice(config, peers, known?.peers ?? [])
  const place = { zone, chance: () => random.next() }
  const built = { of, peers, balancer: choiceOf(config, candidates, place, (some) => balancerOf(id, config, some, registries)) }
  registries.balancers.set(id, built)
  registries.peers.retainIn(id, peers)
  return built
}
