import type { Counter, Gauge, Histogram, LabelValues, Metrics } from '../../edge/base/ports.ts'
import { METRICS, type MetricName } from '../../edge/contract/metrics.ts'

/** The port `metrics` that keeps plain numbers for the test to look at; refuses labels the table does not have. */
export class RecordingMetrics implements Metrics {
  readonly #values = new Map<string, number>()
  readonly #observed = new Map<string, number[]>()

  counter(name: MetricName, labels: LabelValues = []): Counter {
    const key = keyOf(name, labels)
    return { add: (count) => this.#add(key, count) }
  }

  gauge(name: MetricName, labels: LabelValues = []): Gauge {
    const key = keyOf(name, labels)
    return { set: (value) => this.#values.set(key, value), add: (count) => this.#add(key, count) }
  }

  histogram(name: MetricName, labels: LabelValues = []): Histogram {
    const key = keyOf(name, labels)
    return { observe: (seconds) => this.#observed.set(key, [...(this.#observed.get(key) ?? []), seconds]) }
  }

  /** What a counter or gauge stands at; 0 when it was never touched. */
  value(name: MetricName, labels: LabelValues = []): number {
    return this.#values.get(keyOf(name, labels)) ?? 0
  }

  /** What a histogram was given, in seconds, oldest first. */
  observed(name: MetricName, labels: LabelValues = []): readonly number[] {
    return this.#observed.get(keyOf(name, labels)) ?? []
  }

  #add(key: string, count: number): void {
    this.#values.set(key, (this.#values.get(key) ?? 0) + count)
  }
}

function keyOf(name: MetricName, labels: LabelValues): string {
  const wanted = METRICS[name].labels.length
  if (labels.length !== wanted) throw new Error(`${name} has ${wanted} label(s), was given ${labels.length}: ${labels.join(', ')}`)
  return JSON.stringify([name, ...labels])
}
