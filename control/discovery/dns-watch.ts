// One name of the DNS under watch: asked for again when its time to live is over, within the bounds that the pool sets.
//
// Invariant: as for Consul, peers change by a whole answer only. "There is no such name" is an answer, an empty one, and goes through
// the protect threshold like every other; a server that fails or is silent says nothing.

import type { Abort } from '../../edge/base/abort.ts'
import type { Random } from '../../edge/base/ports.ts'
import type { DnsName } from '../../edge/contract/discover.ts'
import { Asking } from './asking.ts'
import { backoffMs } from './backoff.ts'
import { dnsPeers } from './dns-peers.ts'
import type { NameResolver } from './name-resolver.ts'
import type { ServiceWorld, WatchedService } from './watched-service.ts'

/** What a watch takes from outside. */
export interface DnsWorld extends ServiceWorld {
  readonly resolver: NameResolver
  readonly random: Random
}

/** Watches one name until it is closed. */
export class DnsWatch {
  readonly #name: DnsName
  readonly #service: WatchedService
  readonly #world: DnsWorld
  readonly #asking: Asking
  /** In a row. */
  #failures = 0

  /** @param service who is told what the DNS answers */
  constructor(name: DnsName, service: WatchedService, world: DnsWorld) {
    this.#name = name
    this.#service = service
    this.#world = world
    this.#asking = new Asking(world.timers, (abort) => this.#askOnce(abort))
  }

  /** Stops asking; resolves when nothing of it runs any more. */
  close(): Promise<void> {
    return this.#asking.close()
  }

  /** @returns how long to wait before the next question */
  async #askOnce(abort: Abort): Promise<number> {
    const { minRefreshMs, maxRefreshMs } = this.#name
    try {
      const found = await unlessAborted(dnsPeers(this.#name, this.#world.resolver), abort)
      if (found === null) return 0
      if (this.#failures > 0) {
        this.#world.log.info({ event: 'discovery-recovered', service: this.#service.key, afterFailures: this.#failures })
        this.#failures = 0
      }
      this.#service.hear({ peers: found.peers, leftOut: found.leftOut, index: null })
      return Math.max(minRefreshMs, Math.min(maxRefreshMs, found.ttlMs ?? minRefreshMs))
    } catch (cause) {
      this.#failures++
      this.#service.fail(cause instanceof Error ? cause.message : String(cause))
      return Math.max(minRefreshMs, backoffMs(this.#failures, this.#world.random.next()))
    }
  }
}

/** What was asked for, or null when it is over; the question itself cannot be taken back. @throws as what was asked does */
function unlessAborted<T>(asked: Promise<T>, abort: Abort): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const off = abort.on(() => resolve(null))
    asked.finally(off).then(resolve, reject)
  })
}
