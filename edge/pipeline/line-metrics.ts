// The series that the line counts in, kept by label so that counting is one Map lookup and one add.
// Bounded by the metrics behind it: beyond their bound, series share one.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Counter, Histogram, Metrics } from '../base/ports.ts'
import type { MetricName } from '../contract/metrics.ts'

/** Series remembered here; a forgotten one is asked for again. */
const MAX_REMEMBERED = 50_000

/** Counts what happens on the line. */
export class LineMetrics {
  readonly #metrics: Metrics
  readonly #counters = new BoundedMap<string, Counter>({ max: MAX_REMEMBERED, whenFull: 'evict-oldest' })
  readonly #histograms = new BoundedMap<string, Histogram>({ max: MAX_REMEMBERED, whenFull: 'evict-oldest' })
  #inFlight = 0
  #requests = 0
  #hits = 0
  #lookups = 0

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** Requests being served, requests answered, and lookups and hits since the last call. */
  reading(): { inFlight: number; requests: number; lookups: number; hits: number } {
    const reading = { inFlight: this.#inFlight, requests: this.#requests, lookups: this.#lookups, hits: this.#hits }
    this.#lookups = 0
    this.#hits = 0
    return reading
  }

  /** An exchange began. */
  began(): void {
    this.#inFlight += 1
    this.#metrics.gauge('weir_requests_in_flight').set(this.#inFlight)
  }

  /** An exchange is over. */
  ended(route: string, status: number, servedBy: string, durationMs: number): void {
    this.#inFlight -= 1
    this.#requests += 1
    this.#metrics.gauge('weir_requests_in_flight').set(this.#inFlight)
    this.#count('weir_requests_total', route, `${Math.floor(status / 100)}xx`, servedBy)
    this.#observe('weir_request_duration_seconds', route, durationMs)
  }

  /** A request of a class of client. */
  client(clientClass: string): void {
    this.#count('weir_clients_total', clientClass)
  }

  /** A fault by code. */
  fault(code: string): void {
    this.#count('weir_faults_total', code)
  }

  /** A client that went away. */
  clientAborted(): void {
    this.#count('weir_client_aborts_total')
  }

  /** A request served in another mode. */
  degraded(route: string, mode: string): void {
    this.#count('weir_degraded_total', route, mode)
  }

  /** A decision of a limit. */
  limited(limit: string, decision: 'allowed' | 'refused'): void {
    this.#count('weir_limit_decisions_total', limit, decision)
  }

  /** A cache lookup. */
  looked(route: string, outcome: string): void {
    this.#lookups += 1
    if (outcome.startsWith('hit') || outcome === 'stale') this.#hits += 1
    this.#count('weir_cache_lookups_total', route, outcome)
  }

  /** The end of waiting for the fetch of another. */
  coalesced(outcome: string): void {
    this.#count('weir_cache_coalesced_total', outcome)
  }

  /** A request to a peer, with the time to the head of its answer. */
  sent(pool: string, outcome: string, durationMs: number): void {
    this.#count('weir_upstream_requests_total', pool, outcome)
    this.#observe('weir_upstream_duration_seconds', pool, durationMs)
  }

  /** A request sent again. */
  retried(pool: string): void {
    this.#count('weir_upstream_retries_total', pool)
  }

  /** A peer left out. */
  ejected(pool: string): void {
    this.#count('weir_peer_ejections_total', pool)
  }

  #count(name: MetricName, ...labels: string[]): void {
    const key = labels.length === 0 ? name : `${name}\0${labels.join('\0')}`
    let counter = this.#counters.get(key)
    if (counter === undefined) {
      counter = this.#metrics.counter(name, labels)
      this.#counters.set(key, counter)
    }
    counter.add(1)
  }

  #observe(name: MetricName, label: string, durationMs: number): void {
    const key = `${name}\0${label}`
    let histogram = this.#histograms.get(key)
    if (histogram === undefined) {
      histogram = this.#metrics.histogram(name, [label])
      this.#histograms.set(key, histogram)
    }
    histogram.observe(durationMs / 1_000)
  }
}
