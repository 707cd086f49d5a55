// What the active checks of the edge say of its peers, as a worker was told: kept beside the snapshots, since the checks are done once
// for all workers, and their word stands until they say something else.
//
// Bounded by the peers that there are: of a pool that is not in force what is said last waits for it, and is forgotten if it does not come.

import { setHealth } from '../balance/ejection.ts'
import type { PeerHealthReading } from '../contract/health.ts'
import type { PoolPlan } from './snapshot.ts'

/** What was said of peers, by pool and address. */
export class HealthBook {
  readonly #said = new Map<string, Map<string, PeerHealthReading>>()
  /** Those whose peers know what was said: of a thousand pools few change at once. */
  readonly #told = new Map<string, PoolPlan>()

  /** Takes what was said, and tells it to the peers of these pools. */
  take(readings: readonly PeerHealthReading[], pools: ReadonlyMap<string, PoolPlan>): void {
    const news = new Map<string, PoolPlan | undefined>()
    for (const reading of readings) {
      const { pool, address } = reading
      const said = this.#said.get(pool) ?? new Map<string, PeerHealthReading>()
      this.#said.set(pool, said)
      said.set(address, reading)
      news.set(pool, pools.get(pool))
    }
    for (const plan of news.values()) if (plan !== undefined) this.#tell(plan)
  }

  /** Tells the peers of a new snapshot what is known of them, and forgets those that are gone. */
  follow(pools: ReadonlyMap<string, PoolPlan>): void {
    for (const plan of pools.values()) {
      if (this.#told.get(plan.id) === plan) continue
      this.#told.set(plan.id, plan)
      this.#forget(plan)
      this.#tell(plan)
    }
    for (const id of this.#told.keys()) if (!pools.has(id)) this.#told.delete(id)
    for (const id of this.#said.keys()) if (!pools.has(id)) this.#said.delete(id)
  }

  #forget(plan: PoolPlan): void {
    const said = this.#said.get(plan.id)
    if (said === undefined) return
    const here = plan.config.healthCheck === undefined ? NOBODY : new Set(plan.peers.map(({ address }) => address))
    for (const address of said.keys()) if (!here.has(address)) said.delete(address)
  }

  #tell(plan: PoolPlan): void {
    // A word that was on its way when the check was taken out of the configuration is none.
    const said = plan.config.healthCheck === undefined ? undefined : this.#said.get(plan.id)
    const initial = plan.config.healthCheck?.initial ?? 'healthy'
    for (const peer of plan.peers) {
      const reading = said?.get(peer.address)
      setHealth(peer, reading?.health ?? initial, reading?.cause)
    }
  }
}

const NOBODY: ReadonlySet<string> = new Set()
