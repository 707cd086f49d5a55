// The series that the line counts in. Bounded by the metrics behind it: beyond their bound, series share one.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Counter, Gauge, Histogram, Metrics } from '../base/ports.ts'
import { counters, histograms, type SeriesTree } from '../base/series-tree.ts'
import { statusClass } from '../http/status.ts'
import { RouteSeries } from '../route/route-series.ts'
import { DoorMetrics } from './door-metrics.ts'

/** Routes whose series are kept at hand. */
const MAX_ROUTES = 10_000
/** The status of an exchange that became a tunnel. */
const SWITCHED = 101

/** Counts what happens on the line. */
export class LineMetrics {
  /** At the doors of pools. */
  readonly door: DoorMetrics
  readonly #inFlightGauge: Gauge
  readonly #answered: SeriesTree<Counter>
  readonly #grouped: SeriesTree<Counter>
  readonly #duration: SeriesTree<Histogram>
  readonly #clients: SeriesTree<Counter>
  readonly #faults: SeriesTree<Counter>
  readonly #aborts: SeriesTree<Counter>
  readonly #degraded: SeriesTree<Counter>
  readonly #shed: SeriesTree<Counter>
  readonly #limits: SeriesTree<Counter>
  readonly #looked: SeriesTree<Counter>
  readonly #coalesced: SeriesTree<Counter>
  readonly #refreshed: SeriesTree<Counter>
  readonly #sent: SeriesTree<Counter>
  readonly #sendTime: SeriesTree<Histogram>
  readonly #retried: SeriesTree<Counter>
  readonly #mirrored: SeriesTree<Counter>
  readonly #mirrorDiffered: SeriesTree<Counter>
  readonly #retriesRefused: SeriesTree<Counter>
  readonly #hedged: SeriesTree<Counter>
  readonly #ejected: SeriesTree<Counter>
  readonly #tunnels: SeriesTree<Counter>
  readonly #sticky: SeriesTree<Counter>
  readonly #stoodIn: SeriesTree<Counter>
  readonly #batches: SeriesTree<Counter>
  readonly #batched: SeriesTree<Counter>
  readonly #routes = new BoundedMap<string, RouteSeries>({ max: MAX_ROUTES, whenFull: 'evict-oldest' })
  #inFlight = 0
  #requests = 0
  #hits = 0
  #lookups = 0

  constructor(metrics: Metrics) {
    this.door = new DoorMetrics(metrics)
    this.#inFlightGauge = metrics.gauge('weir_requests_in_flight')
    this.#answered = counters(metrics, 'weir_requests_total')
    this.#grouped = counters(metrics, 'weir_group_requests_total')
    this.#duration = histograms(metrics, 'weir_request_duration_seconds')
    this.#clients = counters(metrics, 'weir_clients_total')
    this.#faults = counters(metrics, 'weir_faults_total')
    this.#aborts = counters(metrics, 'weir_client_aborts_total')
    this.#degraded = counters(metrics, 'weir_degraded_total')
    this.#shed = counters(metrics, 'weir_shed_total')
    this.#limits = counters(metrics, 'weir_limit_decisions_total')
    this.#looked = counters(metrics, 'weir_cache_lookups_total')
    this.#coalesced = counters(metrics, 'weir_cache_coalesced_total')
    this.#refreshed = counters(metrics, 'weir_cache_refreshes_total')
    this.#sent = counters(metrics, 'weir_upstream_requests_total')
    this.#sendTime = histograms(metrics, 'weir_upstream_duration_seconds')
    this.#retried = counters(metrics, 'weir_upstream_retries_total')
    this.#mirrored = counters(metrics, 'weir_mirror_total')
    this.#mirrorDiffered = counters(metrics, 'weir_mirror_differences_total')
    this.#retriesRefused = counters(metrics, 'weir_upstream_retries_refused_total')
    this.#hedged = counters(metrics, 'weir_upstream_hedges_total')
    this.#ejected = counters(metrics, 'weir_peer_ejections_total')
    this.#tunnels = counters(metrics, 'weir_tunnels_total')
    this.#sticky = counters(metrics, 'weir_sticky_total')
    this.#stoodIn = counters(metrics, 'weir_stand_ins_total')
    this.#batches = counters(metrics, 'weir_batches_total')
    this.#batched = counters(metrics, 'weir_batched_requests_total')
  }

  /** Requests being served, requests answered, and lookups and hits since the last call. */
  reading(): { inFlight: number; requests: number; lookups: number; hits: number } {
    const reading = { inFlight: this.#inFlight, requests: this.#requests, lookups: this.#lookups, hits: this.#hits }
    this.#lookups = 0
    this.#hits = 0
    return reading
  }

  /** Requests being served. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** The series of a route; '' stands for none. Who asks again and again keeps them. */
  route(id: string): RouteSeries {
    const known = this.#routes.get(id)
    if (known !== undefined) return known
    const series = new RouteSeries(this.#answered.at(id), this.#looked.at(id), this.#duration.at(id).series)
    this.#routes.set(id, series)
    return series
  }

  /** An exchange began. */
  began(): void {
    this.#inFlight += 1
    this.#inFlightGauge.set(this.#inFlight)
  }

  /** An exchange is over. */
  ended(route: RouteSeries, status: number, servedBy: string, durationMs: number): void {
    this.#requests += 1
    route.answered(status, servedBy)
    // A tunnel lasts for hours, which say nothing of how fast anybody is served.
    if (status === SWITCHED) return
    this.#served()
    route.duration.observe(durationMs / 1_000)
  }

  /** An exchange of a group of a route is over. */
  grouped(route: string, group: string, status: number): void {
    this.#grouped.at(route).at(group).at(statusClass(status)).series.add(1)
  }

  /** An exchange became a tunnel, which nobody here works for any more: it must not count as load. Its end comes as that of a 101. */
  switched(): void {
    this.#served()
  }

  /** A request of a class of client. */
  client(clientClass: string): void {
    this.#clients.at(clientClass).series.add(1)
  }

  /** A fault by code. */
  fault(code: string): void {
    this.#faults.at(code).series.add(1)
  }

  /** A client that went away. */
  clientAborted(): void {
    this.#aborts.series.add(1)
  }

  /** A request served in another mode. */
  degraded(route: string, mode: string): void {
    this.#degraded.at(route).at(mode).series.add(1)
  }

  /** A request shed because of overload, by whom it is of. */
  shed(whom: string): void {
    this.#shed.at(whom).series.add(1)
  }

  /** A decision of a limit. */
  limited(limit: string, decision: 'allowed' | 'refused'): void {
    this.#limits.at(limit).at(decision).series.add(1)
  }

  /** A cache lookup. */
  looked(route: RouteSeries, outcome: string): void {
    this.#lookups += 1
    if (outcome.startsWith('hit') || outcome === 'stale') this.#hits += 1
    route.looked(outcome)
  }

  /** A refresh behind a stale answer: how it ended, or why none was begun. */
  refreshed(outcome: string): void {
    this.#refreshed.at(outcome).series.add(1)
  }

  /** The end of waiting for the fetch of another. */
  coalesced(outcome: string): void {
    this.#coalesced.at(outcome).series.add(1)
  }

  /** Something stood in for a pool that could not answer. */
  stoodIn(route: string, what: string): void {
    this.#stoodIn.at(route).at(what).series.add(1)
  }

  /** A request to a peer, with the time to the head of its answer. */
  sent(pool: string, outcome: string, durationMs: number): void {
    this.#sent.at(pool).at(outcome).series.add(1)
    this.#sendTime.at(pool).series.observe(durationMs / 1_000)
  }

  /** A request sent again. @param reason what its last try came to: a fault or a status */
  retried(pool: string, reason: string): void {
    this.#retried.at(pool).at(reason).series.add(1)
  }

  /** A slow read: a second peer was asked, was the first to answer, or was not asked. */
  hedged(pool: string, outcome: 'sent' | 'won' | 'no-budget'): void {
    this.#hedged.at(pool).at(outcome).series.add(1)
  }

  /** A request not sent again, since the budget is spent. */
  retryRefused(pool: string): void {
    this.#retriesRefused.at(pool).series.add(1)
  }

  /** What became of a copy of a request, or of several. */
  mirrored(route: string, outcome: string, copies = 1): void {
    this.#mirrored.at(route).at(outcome).series.add(copies)
  }

  /** One way in which an answer of a mirror was not the real one. */
  mirrorDiffered(route: string, kind: string): void {
    this.#mirrorDiffered.at(route).at(kind).series.add(1)
  }

  /** The end of a window in which single reads were collected. @param requests answered with an item of a bulk answer */
  batched(route: string, outcome: string, requests: number): void {
    this.#batches.at(route).at(outcome).series.add(1)
    if (requests > 0) this.#batched.at(route).series.add(requests)
  }

  /** A request to a pool that gives sticky cookies: what the client's was worth. */
  sticky(pool: string, outcome: string): void {
    this.#sticky.at(pool).at(outcome).series.add(1)
  }

  /** A WebSocket that ended, or was not opened by its origin. */
  tunnelEnded(pool: string, outcome: string): void {
    this.#tunnels.at(pool).at(outcome).series.add(1)
  }

  /** A peer left out. */
  ejected(pool: string, rule: string): void {
    this.#ejected.at(pool).at(rule).series.add(1)
  }

  #served(): void {
    this.#inFlight -= 1
    this.#inFlightGauge.set(this.#inFlight)
  }
}
