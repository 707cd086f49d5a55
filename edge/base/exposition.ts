// Prometheus text exposition (format 0.0.4) of the slabs of all workers, living and ended: series of the same name and labels are added up.

import { DURATION_BUCKETS_S, METRICS, type MetricName } from '../contract/metrics.ts'
import type { Series } from './metrics.ts'

/** A slab and what its slots mean. */
export interface SlabView {
  readonly slab: SharedArrayBuffer
  readonly series: readonly Series[]
  /** Gauges of a worker that ended say nothing any more. */
  readonly ended: boolean
}

interface Sum {
  readonly name: MetricName
  readonly labels: readonly string[]
  readonly values: number[]
}

/** Metrics that are states of the process, not sums: the highest worker's value stands. */
const STATES: ReadonlySet<MetricName> = new Set([
  'weir_config_revision',
  'weir_config_applied_timestamp_seconds',
  'weir_switch_seq',
  'weir_endpoint_seq',
  'weir_peers',
  'weir_breaker_state',
  'weir_pool_limit',
  'weir_pool_panic',
  'weir_redis_state',
  'weir_pressure',
  'weir_event_loop_delay_seconds',
  'weir_certificate_expiry_timestamp_seconds',
] as const)

/** The text that Prometheus reads; metrics without a series are left out. */
export function exposition(views: readonly SlabView[]): string {
  const lines: string[] = []
  for (const [name, sums] of addUp(views)) {
    const row = METRICS[name]
    lines.push(`# HELP ${name} ${row.help}`, `# TYPE ${name} ${row.kind}`)
    for (const sum of sums.values()) lines.push(...seriesLines(sum))
  }
  return `${lines.join('\n')}\n`
}

function addUp(views: readonly SlabView[]): Map<MetricName, Map<string, Sum>> {
  const all = new Map<MetricName, Map<string, Sum>>()
  for (const view of views) {
    const cells = new Float64Array(view.slab)
    for (const series of view.series) {
      const kind = METRICS[series.name].kind
      if (view.ended && kind === 'gauge') continue
      const width = kind === 'histogram' ? DURATION_BUCKETS_S.length + 2 : 1
      const sums = all.get(series.name) ?? new Map<string, Sum>()
      all.set(series.name, sums)
      const key = series.labels.join('\0')
      const sum = sums.get(key) ?? { name: series.name, labels: series.labels, values: new Array<number>(width).fill(0) }
      sums.set(key, sum)
      for (let i = 0; i < width; i += 1) {
        const value = cells[series.slot + i]!
        sum.values[i] = STATES.has(series.name) ? Math.max(sum.values[i]!, value) : sum.values[i]! + value
      }
    }
  }
  return all
}

function seriesLines(sum: Sum): string[] {
  const row = METRICS[sum.name]
  const labels = row.labels.map((label, i) => `${label}="${escapeLabel(sum.labels[i] ?? '')}"`)
  if (row.kind !== 'histogram') return [`${sum.name}${braced(labels)} ${sum.values[0]}`]
  const count = sum.values[DURATION_BUCKETS_S.length]!
  let below = 0
  const buckets = DURATION_BUCKETS_S.map((bound, i) => {
    below += sum.values[i]!
    return `${sum.name}_bucket${braced([...labels, `le="${bound}"`])} ${below}`
  })
  return [
    ...buckets,
    `${sum.name}_bucket${braced([...labels, 'le="+Inf"'])} ${count}`,
    `${sum.name}_sum${braced(labels)} ${sum.values[DURATION_BUCKETS_S.length + 1]}`,
    `${sum.name}_count${braced(labels)} ${count}`,
  ]
}

const braced = (labels: readonly string[]) => (labels.length === 0 ? '' : `{${labels.join(',')}}`)

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
