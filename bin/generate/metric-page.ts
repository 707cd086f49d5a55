// docs/metrics.md: the metric table as Prometheus sees it.

import { DURATION_BUCKETS_S, METRICS, type MetricRow } from '../../edge/contract/metrics.ts'
import { code, GENERATED, table } from './markdown.ts'

const INTRODUCTION = `# Metrics

\`GET /metrics\` on the admin port gives these series in the Prometheus text format. Names and labels are an interface: they change only with a note in the changelog.

- Counters only grow and begin at 0 with each start of the process; take \`rate()\` of them.
- Durations are in seconds; the buckets of every histogram end at ${DURATION_BUCKETS_S.join(', ')} and infinity.
- The number of series is bounded; what is beyond the bound is counted in \`weir_metric_series_dropped_total\` and not kept.`

const QUESTIONS = `## Questions they answer

| Question | Query |
| --- | --- |
| How many requests a second, by route? | \`sum by (route) (rate(weir_requests_total[1m]))\` |
| How slow are the slowest of a hundred? | \`histogram_quantile(0.99, sum by (le, route) (rate(weir_request_duration_seconds_bucket[5m])))\` |
| What goes wrong? | \`sum by (code) (rate(weir_faults_total[1m])) > 0\` |
| Who is limited? | \`sum by (limit, decision) (rate(weir_limit_decisions_total[1m]))\` |
| Do all edges serve the same revision? | \`count(count by (value) (count_values("value", weir_config_revision))) > 1\` |
| Has an edge lost its control plane? | \`weir_control_connected == 0\` |
| Is something served in another mode than normal? | \`sum by (route, mode) (rate(weir_degraded_total[1m])) > 0\` |`

/** The text of docs/metrics.md. */
export function metricPage(): string {
  const rows = (Object.entries(METRICS) as [string, MetricRow][]).map(([name, row]) => [
    code(name),
    row.kind,
    row.labels.map(code).join(', '),
    row.help,
  ])
  return `${GENERATED}\n${[INTRODUCTION, table(['Name', 'Kind', 'Labels', 'What it counts'], rows), QUESTIONS].join('\n\n')}\n`
}
