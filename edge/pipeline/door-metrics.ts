// The series of the doors of pools.

import type { Counter, Gauge, Histogram, Metrics } from '../base/ports.ts'
import { counters, gauges, histograms, type SeriesTree } from '../base/series-tree.ts'
import type { BreakerState } from '../breaker/breaker.ts'

/** Why a pool was not asked. */
export type DoorReason = 'breaker-open' | 'queue-full' | 'queue-late' | 'queue-timeout'

const SHOWN: Readonly<Record<BreakerState['state'], number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Counts what happens at the doors of pools. */
export class DoorMetrics {
  readonly #breakers: SeriesTree<Gauge>
  readonly #changes: SeriesTree<Counter>
  readonly #refused: SeriesTree<Counter>
  readonly #inFlight: SeriesTree<Gauge>
  readonly #queued: SeriesTree<Gauge>
  readonly #waits: SeriesTree<Histogram>
  readonly #limit: SeriesTree<Gauge>

  constructor(metrics: Metrics) {
    this.#breakers = gauges(metrics, 'weir_breaker_state')
    this.#changes = counters(metrics, 'weir_breaker_changes_total')
    this.#refused = counters(metrics, 'weir_pool_refusals_total')
    this.#inFlight = gauges(metrics, 'weir_pool_in_flight')
    this.#queued = gauges(metrics, 'weir_pool_queued')
    this.#limit = gauges(metrics, 'weir_pool_limit')
    this.#waits = histograms(metrics, 'weir_pool_queue_seconds')
  }

  /** A breaker that changed. @param route empty for that of the pool */
  breaker(pool: string, route: string, state: BreakerState['state']): void {
    this.#breakers.at(pool).at(route).series.set(SHOWN[state])
    this.#changes.at(pool).at(state).series.add(1)
  }

  /** A request that the pool was not asked for. */
  refused(pool: string, reason: DoorReason): void {
    this.#refused.at(pool).at(reason).series.add(1)
  }

  /** Slots of a bulkhead that were taken, or given back. */
  inFlight(pool: string, change: 1 | -1): void {
    this.#inFlight.at(pool).series.add(change)
  }

  /** The limit of a bulkhead that adapts. */
  limit(pool: string, inFlight: number): void {
    this.#limit.at(pool).series.set(inFlight)
  }

  /** A request that waits for a slot. */
  queued(pool: string): void {
    this.#queued.at(pool).series.add(1)
  }

  /** The end of a wait, whatever came of it. */
  unqueued(pool: string, waitedMs: number): void {
    this.#queued.at(pool).series.add(-1)
    this.#waits.at(pool).series.observe(waitedMs / 1_000)
  }
}
