// How many peers of each pool are well by their checks, kept as they turn: counting all of them anew at each turn would cost most when
// most of them turn.

import type { Metrics } from '../base/ports.ts'
import type { PeerHealth } from '../contract/health.ts'

/** Counts of healthy and unhealthy peers by pool, shown as a metric. */
export class HealthCounts {
  readonly #metrics: Metrics
  readonly #pools = new Map<string, Record<PeerHealth, number>>()

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** One more, or with -1 one fewer, peer of that health. */
  add(pool: string, health: PeerHealth, count: 1 | -1): void {
    const counts = this.#pools.get(pool) ?? { healthy: 0, unhealthy: 0 }
    this.#pools.set(pool, counts)
    counts[health] += count
    for (const each of ['healthy', 'unhealthy'] as const) this.#metrics.gauge('weir_peer_health', [pool, each]).set(counts[each])
    if (counts.healthy + counts.unhealthy === 0) this.#pools.delete(pool)
  }
}
