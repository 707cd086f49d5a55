// One service of Consul under watch: a blocking query after the other, for as long as the site names the service.
//
// Invariant: its peers only change by a whole, valid, recent answer. Errors of any kind, and answers of a server that lost its leader,
// leave them as they are. A return is no change: what came is compared with what is known, and held when it loses too much.

import type { Abort } from '../../edge/base/abort.ts'
import type { Random } from '../../edge/base/ports.ts'
import { Asking } from './asking.ts'
import { backoffMs } from './backoff.ts'
import { NO_INDEX, nextIndex } from './consul-index.ts'
import type { ConsulService, HealthAnswer, HealthCatalog } from './health-catalog.ts'
import { servicePeers } from './service-peers.ts'
import { WakeLimit } from './wake-limit.ts'
import type { ServiceWorld, WatchedService } from './watched-service.ts'

/** A server that last heard of its leader longer ago may know a world that is gone. */
const MAX_LAST_CONTACT_MS = 10_000

/** What a watch takes from outside. */
export interface ConsulWorld extends ServiceWorld {
  readonly catalog: HealthCatalog
  readonly random: Random
}

/** Watches one service until it is closed. */
export class ConsulWatch {
  readonly #asked: ConsulService
  readonly #service: WatchedService
  readonly #world: ConsulWorld
  readonly #wakes = new WakeLimit({ everyMs: 500, burst: 10 })
  readonly #asking: Asking
  #index: bigint = NO_INDEX
  #consistency: 'stale' | 'default' = 'stale'
  /** In a row. */
  #failures = 0

  /** @param asked what Consul is asked for @param service who is told what it answers */
  constructor(asked: ConsulService, service: WatchedService, world: ConsulWorld) {
    this.#asked = asked
    this.#service = service
    this.#world = world
    this.#asking = new Asking(world.timers, (abort) => this.#askOnce(abort))
  }

  /** Stops asking; resolves when nothing of it runs any more. */
  close(): Promise<void> {
    return this.#asking.close()
  }

  /** Asks once and takes the answer in. @returns how long to wait before the next question */
  async #askOnce(abort: Abort): Promise<number> {
    const { catalog, clock, random } = this.#world
    try {
      const answer = await catalog.ask({ service: this.#asked, index: this.#index, consistency: this.#consistency }, abort)
      if (abort.aborted) return 0
      this.#take(answer)
      return this.#wakes.take(clock.monotonicMs())
    } catch (cause) {
      if (abort.aborted) return 0
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
    const read = servicePeers(answer.body, this.#asked)
    if (!read.ok) throw new Error(read.reason)
    this.#consistency = 'stale'
    this.#index = nextIndex(this.#index, answer.index)
    this.#recovered()
    this.#service.hear({ peers: read.peers, leftOut: read.leftOut, index: answer.index ?? null })
  }

  #recovered(): void {
    const { key } = this.#service
    if (this.#failures > 0) this.#world.log.info({ event: 'discovery-recovered', service: key, afterFailures: this.#failures })
    this.#failures = 0
  }

  #failed(reason: string): void {
    this.#failures++
    // A Consul that was away may come back with lower indexes; to wait behind the old one would be to sleep through its news.
    this.#index = NO_INDEX
    this.#service.fail(reason)
  }
}

/** Why an answer is too old to be acted on, or null. */
function staleness({ knownLeader, lastContact }: HealthAnswer): string | null {
  if (knownLeader === 'false') return 'the server that answered knows no leader'
  const contactMs = Number(lastContact ?? 0)
  return contactMs > MAX_LAST_CONTACT_MS ? `the server that answered last heard of its leader ${contactMs} ms ago` : null
}
