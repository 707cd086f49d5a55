// The series of the doors of pools.

import type { Counter, Gauge, Metrics } from '../base/ports.ts'
import { counters, gauges, type SeriesTree } from '../base/series-tree.ts'
import type { BreakerState } from '../breaker/breaker.ts'

/** Why a pool was not asked. */
export type DoorReason = 'breaker-open'

const SHOWN: Readonly<Record<BreakerState['state'], number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Counts what happens at the doors of pools. */
export class DoorMetrics {
  readonly #breakers: SeriesTree<Gauge>
  readonly #changes: SeriesTree<Counter>
  readonly #refused: SeriesTree<Counter>

  constructor(metrics: Metrics) {
    this.#breakers = gauges(metrics, 'weir_breaker_state')
    this.#changes = counters(metrics, 'weir_breaker_changes_total')
    this.#refused = counters(metrics, 'weir_pool_refusals_total')
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
}
