// Discovery: watches exactly the services that pools of the site name, and gives their endpoints under one sequence number.

import type { Cancel } from '../../edge/base/ports.ts'
import type { DiscoverConfig } from '../../edge/contract/peer.ts'
import { EMPTY_ENDPOINTS, type Endpoints, type ServiceEndpoints, serviceKey } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'
import type { EndpointSource, ServiceReport } from '../domain/endpoint-source.ts'
import { ConsulWatch, type WatchWorld } from './consul-watch.ts'

/** Changes within this time travel together: when a control plane starts, all services answer at once. */
const GATHER_MS = 20

/** Endpoints from Consul. */
export class ConsulDiscovery implements EndpointSource {
  readonly #world: WatchWorld
  /** By key; bounded by the pools of a site. */
  readonly #watches = new Map<string, ConsulWatch>()
  readonly #listeners = new Set<() => void>()
  #current: Endpoints
  #gathering: Cancel | null = null

  /** @param last the endpoints of the last run: until Consul answers, and when it does not, they stand */
  constructor(world: WatchWorld, last: Endpoints = EMPTY_ENDPOINTS) {
    this.#world = world
    this.#current = last
  }

  current(): Endpoints {
    return this.#current
  }

  report(): readonly ServiceReport[] {
    const nowMs = this.#world.clock.wallMs()
    return [...this.#watches.values()].map((watch) => watch.report(nowMs)).sort((a, b) => (a.service < b.service ? -1 : 1))
  }

  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  follow(site: Site): void {
    const wanted = servicesOf(site)
    const unwanted = [...this.#watches].filter(([key]) => !wanted.has(key))
    for (const [key, watch] of unwanted) {
      this.#watches.delete(key)
      // Its end is awaited by nobody: an aborted watch changes nothing any more, and never throws.
      watch
        .close()
        .catch((cause: unknown) => this.#world.log.error({ event: 'discovery-watch-failed', service: key, cause: String(cause) }))
    }
    for (const [key, service] of wanted) {
      if (!this.#watches.has(key)) this.#watches.set(key, this.#watch(key, service))
    }
    if (this.#current.services.some(({ service }) => !wanted.has(service))) this.#gather()
  }

  async close(): Promise<void> {
    this.#gathering?.()
    this.#listeners.clear()
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()))
    this.#world.catalog.close()
  }

  #watch(key: string, service: DiscoverConfig): ConsulWatch {
    const known = this.#current.services.find((each) => each.service === key) ?? null
    return new ConsulWatch(service, known, this.#world, () => this.#gather())
  }

  #gather(): void {
    this.#gathering ??= this.#world.timers.after(GATHER_MS, () => {
      this.#gathering = null
      this.#publish()
    })
  }

  #publish(): void {
    const services: ServiceEndpoints[] = []
    for (const watch of this.#watches.values()) {
      // A service nothing is known of yet is left out, so that it cannot be taken for one without instances.
      if (watch.peers) services.push({ service: watch.key, peers: [...watch.peers], seenAtMs: watch.heardAtMs ?? 0 })
    }
    services.sort((a, b) => (a.service < b.service ? -1 : 1))
    this.#current = { seq: this.#current.seq + 1, services }
    const found = services.map(({ service, peers }) => ({ service, peers: peers.length }))
    this.#world.log.info({ event: 'endpoints', seq: this.#current.seq, services: found })
    for (const listener of this.#listeners) listener()
  }
}

/** The services that the pools of a site discover, by key. */
export function servicesOf(site: Site): ReadonlyMap<string, DiscoverConfig> {
  const services = Object.values(site.pools).flatMap(({ discover }) => (discover ? [discover] : []))
  return new Map(services.map((service) => [serviceKey(service), service]))
}
