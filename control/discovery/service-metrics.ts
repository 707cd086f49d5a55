// What is counted of one service under watch.

import type { Counter, Gauge, Metrics } from '../../edge/base/ports.ts'
import { SECOND_MS } from '../../edge/contract/units.ts'
import type { PeerDifference } from '../domain/endpoint-source.ts'

/** How one service stands, for its gauges. */
export interface ServiceStanding {
  readonly peers: number
  /** Wall clock; null when it was never heard of. */
  readonly heardAtMs: number | null
  /** Peers that only a hold keeps. */
  readonly kept: number
  /** When the hold ends by itself, wall clock; null when there is none or it has no end. */
  readonly holdEndsAtMs: number | null
}

/** The series of one service. A service that is watched no more leaves zeros. */
export class ServiceMetrics {
  readonly #answered: Counter
  readonly #failed: Counter
  readonly #added: Counter
  readonly #removed: Counter
  readonly #changed: Counter
  readonly #peers: Gauge
  readonly #heard: Gauge
  readonly #kept: Gauge
  readonly #holdEnds: Gauge

  constructor(metrics: Metrics, service: string) {
    this.#answered = metrics.counter('weir_discovery_answers_total', [service, 'taken'])
    this.#failed = metrics.counter('weir_discovery_answers_total', [service, 'failed'])
    this.#added = metrics.counter('weir_discovery_changes_total', [service, 'added'])
    this.#removed = metrics.counter('weir_discovery_changes_total', [service, 'removed'])
    this.#changed = metrics.counter('weir_discovery_changes_total', [service, 'changed'])
    this.#peers = metrics.gauge('weir_discovery_peers', [service])
    this.#heard = metrics.gauge('weir_discovery_heard_timestamp_seconds', [service])
    this.#kept = metrics.gauge('weir_discovery_held_peers', [service])
    this.#holdEnds = metrics.gauge('weir_discovery_hold_ends_timestamp_seconds', [service])
  }

  /** An answer was read, or was none. */
  count(outcome: 'taken' | 'failed'): void {
    const counter = outcome === 'taken' ? this.#answered : this.#failed
    counter.add(1)
  }

  /** Its endpoints changed. */
  countChange({ added, removed, changed }: PeerDifference): void {
    this.#added.add(added.count)
    this.#removed.add(removed.count)
    this.#changed.add(changed.count)
  }

  /** Sets the gauges. */
  show({ peers, heardAtMs, kept, holdEndsAtMs }: ServiceStanding): void {
    this.#peers.set(peers)
    this.#heard.set((heardAtMs ?? 0) / SECOND_MS)
    this.#kept.set(kept)
    this.#holdEnds.set((holdEndsAtMs ?? 0) / SECOND_MS)
  }
}
