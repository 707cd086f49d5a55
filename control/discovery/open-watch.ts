// Who is asked about what a pool discovers.

import type { DiscoverConfig } from '../../edge/contract/discover.ts'
import { ConsulWatch, type ConsulWorld } from './consul-watch.ts'
import { DnsWatch, type DnsWorld } from './dns-watch.ts'
import type { ConsulService, HealthCatalog } from './health-catalog.ts'
import type { ServiceWorld, WatchedService } from './watched-service.ts'

/** What watches take from outside. */
export interface WatchWorld extends ServiceWorld, Pick<ConsulWorld, 'random'>, Pick<DnsWorld, 'resolver'> {
  /** Consul; null when none is set up. */
  readonly catalog: HealthCatalog | null
}

/** Something that is watched until it is closed. */
export interface Watch {
  readonly discover: DiscoverConfig
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>
}

/** Begins to watch. @param service who is told what is heard */
export function openWatch(discover: DiscoverConfig, service: WatchedService, world: WatchWorld): Watch {
  const watch = discover.dns ? new DnsWatch(discover.dns, service, world) : consulWatch(discover, service, world)
  return { discover, close: () => watch.close() }
}

function consulWatch(discover: DiscoverConfig, service: WatchedService, world: WatchWorld): { close(): Promise<void> } {
  const { catalog } = world
  if (catalog !== null) return new ConsulWatch(consulServiceOf(discover), service, { ...world, catalog })
  service.fail('no Consul is set up at this control plane; name one under consul')
  return { close: async () => {} }
}

function consulServiceOf({ service = '', tag, tags, datacenter, accept, zoneMeta }: DiscoverConfig): ConsulService {
  const wanted = [...new Set([...(tag === undefined ? [] : [tag]), ...tags])].sort()
  return { service, tags: wanted, datacenter: datacenter ?? null, accept, zoneMeta }
}
