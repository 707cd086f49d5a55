// An edge that asks for peers itself: always where it has no control plane, else while that is not heard. What the control plane says
// counts as soon as it is there again: then it is told that this edge has none of its endpoints, and sends all.
//
// States: resting → opening → watching → resting.

import type { EndpointWatch } from '../base/endpoint-watch.ts'
import type { Cancel, Clock, Log, Timers } from '../base/ports.ts'
import type { Endpoints } from '../contract/publication.ts'
import type { Site } from '../contract/site.ts'
import type { Told } from './compile.ts'

/** How often it is looked whether the control plane is heard, and whether the site is another. */
const LOOK_MS = 500
/** The number of endpoints that no control plane has sent. */
const OF_NOBODY = 0

/** What it works with. */
export interface LocalDiscoveryParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** How long the control plane must not have been heard. */
  readonly afterMs: number
  /** Whether the control plane is heard; never without one. */
  readonly heard: () => boolean
  /** What the edge serves; null before the first. */
  readonly told: () => Told | null
  /** Puts endpoints in force. */
  readonly put: (endpoints: Endpoints) => Promise<unknown>
  /** Opens discovery. @param last what is known */
  readonly open: (last: Endpoints) => Promise<EndpointWatch>
}

type State =
  | { readonly state: 'resting'; readonly silentSinceMs: number | null }
  | { readonly state: 'opening' }
  | { readonly state: 'watching'; readonly watch: EndpointWatch; readonly site: Site }

/** Discovers for this edge alone, when nobody else does. */
export class LocalDiscovery {
  readonly #parts: LocalDiscoveryParts
  #state: State = { state: 'resting', silentSinceMs: null }
  #stopLooking: Cancel = () => {}
  #stopped = false

  constructor(parts: LocalDiscoveryParts) {
    this.#parts = parts
  }

  /** Begins to look; to be called once a configuration is served. */
  start(): void {
    this.#stopLooking = this.#parts.timers.every(LOOK_MS, () => this.#look())
    this.#look()
  }

  /** Looks no longer, and asks nobody any more. */
  stop(): void {
    this.#stopped = true
    this.#stopLooking()
    if (this.#state.state === 'watching') this.#rest(this.#state.watch)
  }

  #look(): void {
    const { clock, heard, told, afterMs } = this.#parts
    const now = this.#state
    if (now.state === 'opening') return
    if (heard()) {
      if (now.state === 'watching') this.#handBack(now.watch)
      else this.#state = { state: 'resting', silentSinceMs: null }
      return
    }
    const served = told()
    if (served === null) return
    if (now.state === 'watching') return this.#follow(now.watch, now.site, served.site)
    const nowMs = clock.monotonicMs()
    const silentSinceMs = now.silentSinceMs ?? nowMs
    if (nowMs - silentSinceMs < afterMs) this.#state = { state: 'resting', silentSinceMs }
    else this.#open(served)
  }

  #open(served: Told): void {
    const { log, open } = this.#parts
    this.#state = { state: 'opening' }
    log.warn({ event: 'local-discovery', message: 'no control plane is heard; this edge asks for peers itself' })
    open(served.endpoints).then(
      (watch) => this.#opened(watch, served.site),
      (cause: unknown) => {
        log.error({ event: 'local-discovery-failed', cause: String(cause) })
        this.#state = { state: 'resting', silentSinceMs: null }
      },
    )
  }

  #opened(watch: EndpointWatch, site: Site): void {
    if (this.#stopped) return this.#rest(watch)
    this.#state = { state: 'watching', watch, site }
    watch.onChange(() => this.#put(watch))
    watch.follow(site)
  }

  #follow(watch: EndpointWatch, before: Site, site: Site): void {
    if (site === before) return
    this.#state = { state: 'watching', watch, site }
    watch.follow(site)
  }

  #put(watch: EndpointWatch): void {
    const now = this.#state
    if (now.state !== 'watching' || now.watch !== watch || this.#parts.heard()) return
    const endpoints = { ...watch.current(), seq: OF_NOBODY }
    this.#parts.put(endpoints).catch((cause: unknown) => this.#parts.log.error({ event: 'local-endpoints-failed', cause: String(cause) }))
  }

  #handBack(watch: EndpointWatch): void {
    this.#parts.log.info({ event: 'local-discovery-over', message: 'the control plane is heard again' })
    this.#rest(watch)
  }

  #rest(watch: EndpointWatch): void {
    this.#state = { state: 'resting', silentSinceMs: null }
    watch.close().catch((cause: unknown) => this.#parts.log.error({ event: 'local-discovery-failed', cause: String(cause) }))
  }
}
