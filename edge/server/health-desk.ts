// The active checks of an edge, done once for all its workers, in the thread of the supervisor.

import type { Ports } from '../base/ports.ts'
import { checkTargets } from '../config/check-targets.ts'
import type { Told } from '../config/compile.ts'
import type { PeerHealthReading } from '../contract/health.ts'
import { type CheckReading, HealthChecker } from '../health/health-checker.ts'
import { HealthProber } from './health-prober.ts'

/** The active checks of an edge. */
export class HealthDesk {
  readonly #checker: HealthChecker

  /** @param changed hears what the workers must know */
  constructor(ports: Ports, changed: (readings: readonly PeerHealthReading[]) => void) {
    this.#checker = new HealthChecker(new HealthProber(ports), ports, changed)
  }

  /** Checks the peers of what the edge has been told. */
  follow(told: Told): void {
    this.#checker.follow(checkTargets(told))
  }

  /** What is known of all peers. */
  readings(): readonly PeerHealthReading[] {
    return this.#checker.readings()
  }

  /** What is known of one peer; null when it is not checked. */
  reading(pool: string, address: string): CheckReading | null {
    return this.#checker.reading(pool, address)
  }

  /** Checks nobody any more. */
  stop(): void {
    this.#checker.stop()
  }
}
