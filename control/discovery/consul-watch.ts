// One service under watch: a blocking query after the other, for as long as the site names the service.
//
// Invariant: `peers` only changes by a whole, valid, recent answer. Errors of any kind, answers of a server that lost its leader,
// and an empty list after a full one leave it as it is; the report says so. A return is no change: the peers are compared first.

import { Abort } from '../../edge/base/abort.ts'
import type { Clock, Log, Random, Timers } from '../../edge/base/ports.ts'
import type { DiscoverConfig, PeerConfig } from '../../edge/contract/peer.ts'
import { serviceKey } from '../../edge/contract/publication.ts'
import type { ServiceReport } from '../domain/endpoint-source.ts'
import { backoffMs } from './backoff.ts'
import { NO_INDEX, nextIndex } from './consul-index.ts'
import type { HealthAnswer, HealthCatalog } from './health-catalog.ts'
import { samePeers, servicePeers } from './service-peers.ts'
import { WakeLimit } from './wake-limit.ts'

/** A server that last heard of its leader longer ago may know a world that is gone. */
const MAX_LAST_CONTACT_MS = 10_000

/** What a watch takes from outside. */
export interface WatchWorld {
  readonly catalog: HealthCatalog
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
}

/** Watches one service until it is closed. */
export class ConsulWatch {
  /** As `serviceKey` writes it. */
  readonly key: string
  readonly #service: DiscoverConfig
  readonly #world: WatchWorld
  readonly #changed: () => void
  readonly #abort = new Abort()
  readonly #wakes = new WakeLimit({ everyMs: 500, burst: 10 })
  readonly #running: Promise<void>
  #peers: readonly PeerConfig[] | null
  #heardAtMs: number | null
  #index: bigint = NO_INDEX
  #answered: string | null = null
  #consistency: 'stale' | 'default' = 'stale'
  #failures = 0
  #lastError: string | null = null

  /** @param known what was last known of it, or null @param changed called after each change of `peers` */
  constructor(service: DiscoverConfig, known: Known | null, world: WatchWorld, changed: () => void) {
    this.key = serviceKey(service)
    this.#service = service
    this.#world = world
    this.#changed = changed
    this.#peers = known?.peers ?? null
    this.#heardAtMs = known?.seenAtMs ?? null
    this.#running = this.#run()
  }

  /** Its healthy instances, sorted by address; null until something is known. */
  get peers(): readonly PeerConfig[] | null {
    return this.#peers
  }

  /** When Consul last answered for it, ms since the Unix epoch; null before the first answer. */
  get heardAtMs(): number | null {
    return this.#heardAtMs
  }

  /** How fresh it is. */
  report(nowMs: number): ServiceReport {
    const ageMs = this.#heardAtMs === null ? null : Math.max(0, nowMs - this.#heardAtMs)
    return { service: this.key, index: this.#answered, ageMs, peers: this.#peers?.length ?? 0, lastError: this.#lastError }
  }

  /** Stops asking; resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#abort.aborted) {
      const pauseMs = await this.#askOnce()
      await this.#pause(pauseMs)
    }
  }

  /** Asks once and takes the answer in. @returns how long to wait before the next question */
  async #askOnce(): Promise<number> {
    const { catalog, clock, random } = this.#world
    try {
      const answer = await catalog.ask({ service: this.#service, index: this.#index, consistency: this.#consistency }, this.#abort)
      if (this.#abort.aborted) return 0
      this.#take(answer)
      return this.#wakes.take(clock.monotonicMs())
    } catch (cause) {
      if (this.#abort.aborted) return 0
      this.#failed(cause instanceof Error ? cause.message : String(cause))
      return backoffMs(this.#failures, random.next())
    }
  }

  /** @throws Error when the answer says nothing that may be acted on */
  #take(answer: HealthAnswer): void {
    const stale = staleness(answer)
    if (stale !== null) {
      // The leader knows better, and if there is none it says so with a 500.
      this.#consistency = 'default'
      throw new Error(stale)
    }
    const read = servicePeers(answer.body)
    if (!read.ok) throw new Error(read.reason)
    this.#consistency = 'stale'
    this.#index = nextIndex(this.#index, answer.index)
    this.#answered = answer.index ?? null
    this.#heardAtMs = this.#world.clock.wallMs()
    this.#recovered()
    this.#note(this.#apply(read.peers, read.leftOut))
  }

  /** @returns what an operator should know about the answer, or null */
  #apply(peers: readonly PeerConfig[], leftOut: number): string | null {
    const known = this.#peers
    if (known && known.length > 0 && peers.length === 0) {
      // A pool without peers helps nobody: what is left of the last ones may still answer, and ejection finds out which.
      return `held: Consul lists no healthy instance; the last ${known.length} are kept`
    }
    if (!known || !samePeers(known, peers)) {
      this.#peers = peers
      this.#changed()
    }
    return leftOut === 0 ? null : `${leftOut} instances without a usable address were left out`
  }

  #recovered(): void {
    if (this.#failures > 0) this.#world.log.info({ event: 'discovery-recovered', service: this.key, afterFailures: this.#failures })
    this.#failures = 0
  }

  #failed(reason: string): void {
    this.#failures++
    // A Consul that was away may come back with lower indexes; to wait behind the old one would be to sleep through its news.
    this.#index = NO_INDEX
    this.#note(reason)
  }

  #note(error: string | null): void {
    if (error !== null && error !== this.#lastError) this.#world.log.warn({ event: 'discovery-trouble', service: this.key, cause: error })
    this.#lastError = error
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#abort.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#world.timers.after(ms, done)
      const off = this.#abort.on(done)
      function done() {
        cancel()
        off()
        resolve()
      }
    })
  }
}

/** What was known of a service before it was watched. */
export interface Known {
  readonly peers: readonly PeerConfig[]
  readonly seenAtMs: number
}

/** Why an answer is too old to be acted on, or null. */
function staleness({ knownLeader, lastContact }: HealthAnswer): string | null {
  if (knownLeader === 'false') return 'the server that answered knows no leader'
  const contactMs = Number(lastContact ?? 0)
  return contactMs > MAX_LAST_CONTACT_MS ? `the server that answered last heard of its leader ${contactMs} ms ago` : null
}
