// The metric table: every series an edge exposes. A metric can only be counted when it stands here;
// docs/metrics.md is held against this table by a test.

/** The kind of a metric, as Prometheus names it. */
export type MetricKind = 'counter' | 'gauge' | 'histogram'

/** One row of the metric table. */
export interface MetricRow {
  readonly kind: MetricKind
  readonly labels: readonly string[]
  /** What it counts, one sentence. */
  readonly help: string
}

/** Upper bounds of the duration histograms, in seconds. */
export const DURATION_BUCKETS_S: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const counter = (help: string, ...labels: string[]): MetricRow => ({ kind: 'counter', labels, help })
const gauge = (help: string, ...labels: string[]): MetricRow => ({ kind: 'gauge', labels, help })
const histogram = (help: string, ...labels: string[]): MetricRow => ({ kind: 'histogram', labels, help })

/** All metrics by name. */
export const METRICS = {
  weir_requests_total: counter('Requests answered, by route, class of status and where the answer came from.', 'route', 'status', 'served'),
  weir_group_requests_total: counter(
    'Requests answered on routes with groups, by route, group and class of status.',
    'route',
    'group',
    'status',
  ),
  weir_request_duration_seconds: histogram(
    'Time from the head of the request to the end of the answer; WebSockets are not in it.',
    'route',
  ),
  weir_requests_in_flight: gauge('Requests being served now; WebSockets that are open are not among them.'),
  weir_faults_total: counter('Faults by code of the error table.', 'code'),
  weir_clients_total: counter('Requests by class of client.', 'class'),
  weir_client_aborts_total: counter('Clients that went away before their answer was whole.'),
  weir_cache_lookups_total: counter('Cache lookups by route and outcome.', 'route', 'outcome'),
  weir_cache_coalesced_total: counter('Requests that waited for the fetch of another, by outcome.', 'outcome'),
  weir_cache_refreshes_total: counter('Refreshes behind a stale answer, by how they ended or why none was begun.', 'outcome'),
  weir_cache_write_purges_total: counter(
    'URLs that an unsafe request changed, on routes whose writes are forgotten everywhere, by what became of their purge: sent, waits (for the next second), merged (with one that waits), full (forgotten at this edge alone).',
    'outcome',
  ),
  weir_fill_leases_total: counter(
    'Turns to fetch an answer, asked for in Redis, by outcome: taken, what the fetch of another edge came to, timeout, or why Redis was not asked.',
    'outcome',
  ),
  weir_cache_audit_total: counter('Kept entries compared with their origins by audits, by route and verdict.', 'route', 'verdict'),
  weir_cache_drift_ratio: gauge(
    'The part of the entries compared in the last audit that were not what their origin says, 0 to 1.',
    'route',
  ),
  weir_l1_bytes: gauge('Memory the first level holds, overhead included.'),
  weir_l1_entries: gauge('Entries in the first level.'),
  weir_l1_evictions: gauge('Entries that the first level has dropped for lack of room since its worker started.'),
  weir_l2_lookups_total: counter('Lookups in Redis by outcome.', 'outcome'),
  weir_l2_stores_total: counter('Stores in Redis by outcome.', 'outcome'),
  weir_compressed_total: counter('Kept answers compressed, once per coding.'),
  weir_static_writes_total: counter('Copies of pages to disk by outcome.', 'outcome'),
  weir_static_reads_total: counter('Copies of pages looked for on disk by outcome.', 'outcome'),
  weir_redis_state: gauge('1 when Redis answers, 0 when its breaker is open, absent without Redis.'),
  weir_limit_decisions_total: counter('Decisions of each limit.', 'limit', 'decision'),
  weir_degraded_total: counter('Requests served in another mode than normal.', 'route', 'mode'),
  weir_upstream_requests_total: counter('Requests sent to peers by pool and outcome.', 'pool', 'outcome'),
  weir_upstream_duration_seconds: histogram('Time from sending to the head of the answer, one try.', 'pool'),
  weir_stand_ins_total: counter(
    'Answers that stood in for a pool that could not answer: stale, static, pool, fallback, closed.',
    'route',
    'what',
  ),
  weir_mirror_total: counter(
    'Copies of requests by route and what became of them: same, different, uncompared, failed, or why they were dropped.',
    'route',
    'outcome',
  ),
  weir_mirror_differences_total: counter(
    'Differences between the answers of mirrors and the real ones, by route and kind.',
    'route',
    'kind',
  ),
  weir_upstream_retries_total: counter('Requests sent again to another peer, by the fault or status of the first.', 'pool', 'reason'),
  weir_upstream_hedges_total: counter(
    'Slow reads by what came of asking a second peer: sent, won (each of them sent too), no-budget.',
    'pool',
    'outcome',
  ),
  weir_upstream_retries_refused_total: counter('Requests not sent again because the retry budget of their pool was spent.', 'pool'),
  weir_peer_ejections_total: counter('Peers left out, by pool and rule: consecutive failures, failure-ratio, slow.', 'pool', 'rule'),
  weir_health_checks_total: counter(
    'Active checks of peers by pool and outcome: passed, or failed by status, body, connect, timeout, broken.',
    'pool',
    'outcome',
  ),
  weir_peer_health: gauge('Peers by pool and what their active checks say: healthy, unhealthy.', 'pool', 'health'),
  weir_pool_panic: gauge('1 while so few peers of a pool are usable that all are used, 0 otherwise.', 'pool'),
  weir_sticky_total: counter(
    'Requests to pools that give sticky cookies: named, none, out (its peer may not be asked), gone (nor exists), ended, forged, garbled.',
    'pool',
    'outcome',
  ),
  weir_peers: gauge('Peers of each pool.', 'pool'),
  weir_breaker_state: gauge(
    'Circuit breakers by pool, and by route where a route has one of its own: 0 closed, 1 half-open, 2 open, of the worst worker.',
    'pool',
    'route',
  ),
  weir_breaker_changes_total: counter('Circuit breakers that changed, by pool and what they became.', 'pool', 'state'),
  weir_batches_total: counter(
    'Windows in which single reads were collected, by route and outcome: split, partial, refused, failed, gone, or alone for one item only.',
    'route',
    'outcome',
  ),
  weir_batched_requests_total: counter('Requests answered with an item of a bulk answer.', 'route'),
  weir_pool_in_flight: gauge('Requests that hold a slot in the bulkhead of their pool.', 'pool'),
  weir_pool_limit: gauge('What the bulkhead of a pool has in flight at most now, where that adapts; of the highest worker.', 'pool'),
  weir_pool_queued: gauge('Requests that wait for a slot in the bulkhead of their pool.', 'pool'),
  weir_pool_queue_seconds: histogram('Time that requests waited for a slot in the bulkhead of their pool.', 'pool'),
  weir_pool_refusals_total: counter('Requests that a pool was not asked for, by why.', 'pool', 'reason'),
  weir_config_revision: gauge('The revision being served.'),
  weir_config_applied_timestamp_seconds: gauge('When the revision being served was applied.'),
  weir_config_swaps_total: counter('Configurations taken or refused.', 'outcome'),
  weir_switch_seq: gauge('Sequence number of the switchboard in force.'),
  weir_endpoint_seq: gauge('Sequence number of the endpoints in force.'),
  weir_purge_seq: gauge('The highest purge that every worker goes by.'),
  weir_control_connected: gauge('1 while the control plane is heard, 0 otherwise, absent without one.'),
  weir_workers: gauge('Workers that serve.'),
  weir_worker_restarts_total: counter('Workers that ended by themselves and were started again.'),
  weir_log_lines_dropped_total: counter('Log lines dropped because their sink did not keep up.'),
  weir_background_failures_total: counter('Work nobody waits for that failed, by name.', 'work'),
  weir_metric_series_dropped_total: counter('Series not kept because there were too many.'),
  weir_connections: gauge('Client connections open now.'),
  weir_connections_total: counter('Client connections taken, by how they speak.', 'protocol'),
  weir_connections_refused_total: counter('Client connections cut off before a request, by reason.', 'reason'),
  weir_wire_refusals_total: counter('Requests that could not be read, by the rule they broke.', 'rule'),
  weir_tls_handshakes_total: counter('TLS handshakes by outcome.', 'outcome'),
  weir_certificate_expiry_timestamp_seconds: gauge('When a certificate in use ends.', 'name'),
  weir_certificate_loads_total: counter('Certificates read from their files, by outcome.', 'outcome'),
  weir_http2_ended_total: counter('HTTP/2 connections ended by us, by reason.', 'reason'),
  weir_tunnels: gauge('WebSockets open now.'),
  weir_tunnels_total: counter('WebSockets by pool and how they ended.', 'pool', 'outcome'),
  weir_tunnel_bytes_total: counter('Bytes through WebSockets, by direction.', 'direction'),
  weir_upstream_connections: gauge('Connections to peers open now.'),
  weir_upstream_connects_total: counter('Connections to peers by outcome.', 'outcome'),
  weir_upstream_reused_total: counter('Requests sent on a connection that had served before.'),
  weir_pressure: gauge(
    'How overloaded a worker is: 0 not, 1 sheds crawlers, 2 low-priority routes too, 3 all but high priority, 4 accepts nothing.',
  ),
  weir_shed_total: counter('Requests shed because of overload, by whom they are of.', 'whom'),
  weir_event_loop_delay_seconds: gauge('How late the event loop ran in the last second, at worst.'),
  weir_changes_total: counter(
    'Row changes by rule and outcome, a row each; without a rule, a change each. Control plane.',
    'rule',
    'outcome',
  ),
  weir_changes_lag: gauge('Entries of the change stream that are not purged yet, delivered or not. Control plane.'),
  weir_changes_stream_state: gauge('1 while the change stream is read, 0 otherwise, absent without one. Control plane.'),
  weir_changes_dead_letters: gauge('Dead letters of the change stream kept now. Control plane.'),
  weir_changes_dead_total: counter('Entries of the change stream that went to the dead letters, by cause. Control plane.', 'cause'),
  weir_changes_lost_total: counter('Entries trimmed from the change stream before they were purged. Control plane.'),
  weir_discovery_answers_total: counter(
    'Answers about a discovered service, by outcome: taken or failed. Control plane.',
    'service',
    'outcome',
  ),
  weir_discovery_changes_total: counter('Peers of a discovered service added, removed or changed. Control plane.', 'service', 'kind'),
  weir_discovery_peers: gauge('Peers of a discovered service, those that a hold keeps included. Control plane.', 'service'),
  weir_discovery_heard_timestamp_seconds: gauge('When a discovered service was last heard of; 0 before. Control plane.', 'service'),
  weir_discovery_held_peers: gauge('Peers that stand only because an answer without them is held. Control plane.', 'service'),
  weir_discovery_hold_ends_timestamp_seconds: gauge(
    'When an answer that is held is applied by itself; 0 when none is, or only a word ends it. Control plane.',
    'service',
  ),
  weir_buffered_bytes: gauge('Bytes of bodies and queues held now.'),
} as const satisfies Readonly<Record<string, MetricRow>>

/** The name of a metric. */
export type MetricName = keyof typeof METRICS
