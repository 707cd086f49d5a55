// Pools from their configuration and what discovery found. Peers come from the registry, so that their health and load live on.

import type { Balancer } from '../balance/balancer.ts'
import { Ketama } from '../balance/ketama.ts'
import { LeastRequest } from '../balance/least-request.ts'
import type { Peer } from '../balance/peer.ts'
import { RoundRobin } from '../balance/round-robin.ts'
import { parseKeySource } from '../contract/key-source.ts'
import type { PeerConfig } from '../contract/peer.ts'
import type { PoolConfig } from '../contract/pool.ts'
import { type Endpoints, serviceKey } from '../contract/publication.ts'
import type { KeptBalancer, Registries } from './registries.ts'
import type { PoolPlan } from './snapshot.ts'

/** All pools of a site. */
export function compilePools(
  pools: Readonly<Record<string, PoolConfig>>,
  endpoints: Endpoints,
  registries: Registries,
): ReadonlyMap<string, PoolPlan> {
  const found = new Map(endpoints.services.map((service) => [service.service, service.peers]))
  const plans = new Map(Object.entries(pools).map(([id, config]) => [id, poolPlan(id, config, peersOf(config, found), registries)]))
  registries.peers.retain([...plans.values()].flatMap((plan) => plan.peers.map((peer) => ({ poolId: plan.id, address: peer.address }))))
  return plans
}

// Peers of the configuration stand beside discovered ones; an address named twice counts once, as the configuration has it.
function peersOf(config: PoolConfig, found: ReadonlyMap<string, readonly PeerConfig[]>): readonly PeerConfig[] {
  if (config.discover === undefined) return config.peers
  const own = new Set(config.peers.map((peer) => peer.address))
  const discovered = found.get(serviceKey(config.discover)) ?? []
  return [...config.peers, ...discovered.filter((peer) => !own.has(peer.address))]
}

function poolPlan(id: string, config: PoolConfig, peerConfigs: readonly PeerConfig[], registries: Registries): PoolPlan {
  const { peers, balancer } = keptBalancer(id, config.balance, peerConfigs, registries)
  const { scheme, connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs, maxConnections, maxQueued, keepAliveMs } = config
  const tls = { serverName: config.tls.serverName ?? null, verify: config.tls.verify, caFile: config.tls.caFile ?? null }
  const times = { scheme, connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs, maxConnections, maxQueued, keepAliveMs, tls }
  return {
    id,
    config,
    hashKey: parseKeySource(config.hashKey),
    peers,
    balancer,
    hopOf: (peer) => ({ ...times, address: peer.address, untilHeadMs: config.totalTimeoutMs }),
  }
}

// Built anew only when the kind, an address or a weight changed, so that a revision that touches other things costs nothing here.
function keptBalancer(id: string, kind: PoolConfig['balance'], peerConfigs: readonly PeerConfig[], registries: Registries): KeptBalancer {
  const of = `${kind} ${peerConfigs.map((peer) => `${peer.address}*${peer.weight}`).join(' ')}`
  const known = registries.balancers.get(id)
  if (known?.of === of) return known
  const peers = peerConfigs.map((peer) => registries.peers.obtain({ poolId: id, address: peer.address }, peer.weight))
  const built = { of, peers, balancer: balancerOf(kind, peers, registries) }
  registries.balancers.set(id, built)
  return built
}

function balancerOf(kind: PoolConfig['balance'], peers: readonly Peer[], registries: Registries): Balancer {
  if (kind === 'round-robin') return new RoundRobin(peers)
  if (kind === 'least-request') return new LeastRequest(peers, () => registries.random.next())
  return new Ketama(peers)
}
