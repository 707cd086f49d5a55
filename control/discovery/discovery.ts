// Discovery: watches exactly what pools of the site discover, at Consul or in the DNS, and gives what was found under one sequence
// number.

import { isDeepStrictEqual } from 'node:util'
import type { Cancel } from '../../edge/base/ports.ts'
import { type DiscoverConfig, serviceKey } from '../../edge/contract/discover.ts'
import { EMPTY_ENDPOINTS, type Endpoints, type ServiceEndpoints } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'
import type { EndpointSource, HoldVerdict, ServiceReport } from '../domain/endpoint-source.ts'
import { openWatch, type Watch, type WatchWorld } from './open-watch.ts'
import { WatchedService } from './watched-service.ts'

/** Changes within this time travel together: when a control plane starts, all services answer at once. */
const GATHER_MS = 20

type Watched = { readonly service: WatchedService; readonly watch: Watch }

/** What was known when a control plane was last up: until somebody answers, and when nobody does, it stands. */
export interface LastKnown {
  readonly endpoints: Endpoints
  /** The services of which an operator had refused what was held. */
  readonly refused: readonly string[]
}

/** Endpoints from Consul and the DNS. */
export class Discovery implements EndpointSource {
  readonly #world: WatchWorld
  /** Refusals of services that are not watched yet, or are about to be watched anew. */
  readonly #refusals: Set<string>
  /** By key; bounded by the pools of a site. */
  readonly #watched = new Map<string, Watched>()
  readonly #changeListeners = new Set<() => void>()
  readonly #holdListeners = new Set<() => void>()
  #current: Endpoints
  #gathering: Cancel | null = null

  /** @param last what was known of the last run */
  constructor(world: WatchWorld, last: LastKnown = { endpoints: EMPTY_ENDPOINTS, refused: [] }) {
    this.#world = world
    this.#current = last.endpoints
    this.#refusals = new Set(last.refused)
  }

  current(): Endpoints {
    return this.#current
  }

  report(): readonly ServiceReport[] {
    const nowMs = this.#world.clock.wallMs()
    return [...this.#watched.values()].map(({ service }) => service.report(nowMs)).sort((a, b) => (a.service < b.service ? -1 : 1))
  }

  decide(service: string, verdict: HoldVerdict): void {
    this.#watched.get(service)?.service.decide(verdict)
    if (this.#gathering) this.#publish()
  }

  refused(): readonly string[] {
    return [...this.#watched.values()].flatMap(({ service }) => (service.refused ? [service.key] : []))
  }

  onChange(listener: () => void): Cancel {
    this.#changeListeners.add(listener)
    return () => {
      this.#changeListeners.delete(listener)
    }
  }

  onHold(listener: () => void): Cancel {
    this.#holdListeners.add(listener)
    return () => {
      this.#holdListeners.delete(listener)
    }
  }

  follow(site: Site): void {
    const wanted = sourcesOf(site)
    // What is asked for stays the same under one key; how an answer is taken may change, and then it is watched anew.
    const unwanted = [...this.#watched].filter(([key, { watch }]) => !sameDiscovery(wanted.get(key), watch.discover))
    for (const [key, watched] of unwanted) this.#drop(key, watched)
    for (const [key, discover] of wanted) {
      if (!this.#watched.has(key)) this.#watched.set(key, this.#open(key, discover))
    }
    if (this.#current.services.some(({ service }) => !wanted.has(service))) this.#gather()
  }

  async close(): Promise<void> {
    this.#gathering?.()
    this.#changeListeners.clear()
    this.#holdListeners.clear()
    const watched = [...this.#watched.values()]
    for (const { service } of watched) service.close()
    await Promise.all(watched.map(({ watch }) => watch.close()))
    this.#world.catalog?.close()
    this.#world.resolver.close()
  }

  #drop(key: string, { service, watch }: Watched): void {
    this.#watched.delete(key)
    if (service.refused) this.#refusals.add(key)
    service.close()
    // Its end is awaited by nobody: an aborted watch changes nothing any more, and never throws.
    watch.close().catch((cause: unknown) => this.#world.log.error({ event: 'discovery-watch-failed', service: key, cause: String(cause) }))
  }

  #open(key: string, discover: DiscoverConfig): Watched {
    const known = this.#current.services.find((each) => each.service === key) ?? null
    const refused = this.#refusals.delete(key) ? 'refused' : 'open'
    const listener = { changed: () => this.#gather(), held: () => tell(this.#holdListeners) }
    const source = discover.dns ? 'dns' : this.#world.catalog ? 'consul' : 'none'
    const service = new WatchedService({ key, source, protect: discover.protect, known, refused }, this.#world, listener)
    return { service, watch: openWatch(discover, service, this.#world) }
  }

  #gather(): void {
    this.#gathering ??= this.#world.timers.after(GATHER_MS, () => this.#publish())
  }

  #publish(): void {
    this.#gathering?.()
    this.#gathering = null
    const services: ServiceEndpoints[] = []
    for (const [key, { service }] of this.#watched) {
      // A service nothing is known of yet is left out, so that it cannot be taken for one without instances.
      if (service.peers) services.push({ service: key, peers: [...service.peers], seenAtMs: service.heardAtMs ?? 0 })
    }
    services.sort((a, b) => (a.service < b.service ? -1 : 1))
    this.#current = { seq: this.#current.seq + 1, services }
    const found = services.map(({ service, peers }) => ({ service, peers: peers.length }))
    this.#world.log.info({ event: 'endpoints', seq: this.#current.seq, services: found })
    tell(this.#changeListeners)
  }
}

/** What the pools of a site discover, by key. */
export function sourcesOf(site: Site): ReadonlyMap<string, DiscoverConfig> {
  const sources = Object.values(site.pools).flatMap(({ discover }) => (discover ? [discover] : []))
  return new Map(sources.map((discover) => [serviceKey(discover), discover]))
}

function sameDiscovery(one: DiscoverConfig | undefined, other: DiscoverConfig): boolean {
  return one !== undefined && isDeepStrictEqual([one.protect, one.dns], [other.protect, other.dns])
}

function tell(listeners: ReadonlySet<() => void>): void {
  for (const listener of [...listeners]) listener()
}
