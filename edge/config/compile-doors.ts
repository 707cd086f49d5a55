// The doors of pools from their configuration. What stands in them comes from the registries, so that an open breaker stays open.

import type { BreakerConfig } from '../contract/breaker.ts'
import type { BulkheadConfig } from '../contract/bulkhead.ts'
import type { PoolConfig } from '../contract/pool.ts'
import type { Site } from '../contract/site.ts'
import { AdaptiveLimit } from '../resilience/adaptive-limit.ts'
import { Bulkhead } from '../resilience/bulkhead.ts'
import { PoolBreaker } from '../resilience/pool-breaker.ts'
import type { BreakerAt, PoolBulkhead, PoolDoor } from '../resilience/pool-door.ts'
import type { Registries } from './registries.ts'

/** The door of a pool; null when nothing stands in it. */
export function poolDoor(id: string, config: PoolConfig, registries: Registries): PoolDoor | null {
  const { breaker, bulkhead } = config
  if (breaker === undefined && bulkhead === undefined) return null
  return {
    breaker: breaker === undefined ? null : breakerOf(id, breaker, registries),
    bulkhead: bulkhead === undefined ? null : bulkheadOf(id, bulkhead, registries),
  }
}

/** The breakers of a route at the pools that it asks, each made when it is first asked; null when the route has none. */
export function routeBreakers(id: string, config: BreakerConfig | undefined, registries: Registries): BreakerAt | null {
  if (config === undefined) return null
  const breakers = new Map<string, PoolBreaker>()
  return (poolId) => {
    let breaker = breakers.get(poolId)
    if (breaker === undefined) {
      breaker = breakerOf(`${poolId} ${id}`, config, registries)
      breakers.set(poolId, breaker)
    }
    return breaker
  }
}

/** Forgets what a site has no more: it would be told of for ever, since nobody asks any more at what it stands for. */
export function retainDoors({ pools, routes }: Pick<Site, 'pools' | 'routes'>, registries: Registries): void {
  for (const [key] of registries.breakers.entries()) {
    const [pool, route] = key.split(' ') as [string, string?]
    const owner = route === undefined ? pools[pool] : routes[route]
    if (pools[pool] === undefined || owner?.breaker === undefined) registries.breakers.delete(key)
  }
  for (const [id] of registries.bulkheads.entries()) if (pools[id]?.bulkhead === undefined) registries.bulkheads.delete(id)
}

// Ids hold no spaces, so that of a pool and that of a route at a pool are never the same.
function breakerOf(key: string, config: BreakerConfig, registries: Registries): PoolBreaker {
  const known = registries.breakers.get(key)
  if (known === undefined) {
    const breaker = new PoolBreaker(config, registries.random)
    registries.breakers.set(key, breaker)
    return breaker
  }
  known.follow(config)
  return known
}

// The row of a pool is the same one in all workers, and stays when its bulkhead is forgotten: what is in flight is in flight.
function bulkheadOf(id: string, config: BulkheadConfig, registries: Registries): PoolBulkhead {
  const { maxInFlight, shares, queue, holdUntil } = config
  const rule = { maxInFlight, shares: [shares.high, shares.normal, shares.low, shares.crawlers], maxQueued: queue.max }
  const known = registries.bulkheads.get(id)
  const adaptive = adaptiveOf(config, known?.adaptive ?? null)
  known?.follow(rule, adaptive)
  const of = known ?? new Bulkhead(registries.slots.row(id), rule, adaptive)
  if (known === undefined) registries.bulkheads.set(id, of)
  return { of, queueTimeoutMs: queue.timeoutMs, holdUntil }
}

function adaptiveOf({ adaptive, maxInFlight }: BulkheadConfig, known: AdaptiveLimit | null): AdaptiveLimit | null {
  if (adaptive === undefined) return null
  const rule = { ...adaptive, floor: Math.min(adaptive.floor, maxInFlight), ceiling: maxInFlight }
  if (known === null) return new AdaptiveLimit(rule)
  known.follow(rule)
  return known
}
