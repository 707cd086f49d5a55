// Metrics in shared memory: each worker counts in a slab of its own, the supervisor reads them all. So counting is one plain add
// on the hot path, and the counts of a worker that ended are not lost.
//
// Invariant: a slot has one writer. A series is announced once, before its first count, so that the reader knows what a slot means.
// Full: beyond the slab's slots (or MAX_SERIES of one metric) further series are counted in one `(other)` series of that metric and
// in weir_metric_series_dropped_total.

import { DURATION_BUCKETS_S, METRICS, type MetricName } from '../contract/metrics.ts'
import type { Counter, Gauge, Histogram, LabelValues, Metrics } from './ports.ts'

/** Slots of one slab; a counter takes one, a histogram one per bucket and two. */
export const SLAB_SLOTS = 65_536
/** Series of one metric; beyond it they share `(other)`. */
export const MAX_SERIES = 2_000

/** Slots kept for the series that overflow is counted in. */
const RESERVED_SLOTS = 1_024

/** What a run of slots means. */
export interface Series {
  readonly name: MetricName
  readonly labels: LabelValues
  readonly slot: number
}

/** A slab for one worker. */
export function createSlab(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLAB_SLOTS * Float64Array.BYTES_PER_ELEMENT)
}

const HISTOGRAM_SLOTS = DURATION_BUCKETS_S.length + 2

/** A series in its slots. */
class SlabSeries {
  protected readonly cells: Float64Array
  protected readonly slot: number

  constructor(cells: Float64Array, slot: number) {
    this.cells = cells
    this.slot = slot
  }
}

class SlabCounter extends SlabSeries implements Counter {
  add(count: number): void {
    this.cells[this.slot]! += count
  }
}

class SlabGauge extends SlabCounter implements Gauge {
  set(value: number): void {
    this.cells[this.slot] = value
  }
}

// Layout: count of each bucket, count of all, sum.
class SlabHistogram extends SlabSeries implements Histogram {
  observe(seconds: number): void {
    const { cells, slot } = this
    let bucket = 0
    while (bucket < DURATION_BUCKETS_S.length && seconds > DURATION_BUCKETS_S[bucket]!) bucket += 1
    if (bucket < DURATION_BUCKETS_S.length) cells[slot + bucket]! += 1
    cells[slot + HISTOGRAM_SLOTS - 2]! += 1
    cells[slot + HISTOGRAM_SLOTS - 1]! += seconds
  }
}

/** Metrics that count into a slab. */
export class SlabMetrics implements Metrics {
  readonly #cells: Float64Array
  readonly #announce: (series: Series) => void
  readonly #slots = new Map<string, number>()
  readonly #series = new Map<number, SlabSeries>()
  readonly #perMetric = new Map<MetricName, number>()
  #next = HISTOGRAM_SLOTS // the first run is where everything lands that found no room

  constructor(slab: SharedArrayBuffer, announce: (series: Series) => void) {
    this.#cells = new Float64Array(slab)
    this.#announce = announce
  }

  counter(name: MetricName, labels: LabelValues = []): Counter {
    return this.#at(this.#slot(name, labels, 1), SlabCounter)
  }

  gauge(name: MetricName, labels: LabelValues = []): Gauge {
    return this.#at(this.#slot(name, labels, 1), SlabGauge)
  }

  histogram(name: MetricName, labels: LabelValues = []): Histogram {
    return this.#at(this.#slot(name, labels, HISTOGRAM_SLOTS), SlabHistogram)
  }

  // One object for each series: the shared ones are counted in by thousands of others.
  #at<S extends SlabSeries>(slot: number, Kind: new (cells: Float64Array, slot: number) => S): S {
    const known = this.#series.get(slot)
    if (known instanceof Kind) return known
    const series = new Kind(this.#cells, slot)
    this.#series.set(slot, series)
    return series
  }

  #slot(name: MetricName, labels: LabelValues, width: number): number {
    if (labels.length !== METRICS[name].labels.length) throw new RangeError(`${name} has ${METRICS[name].labels.length} labels`)
    const key = labels.length === 0 ? name : `${name}\0${labels.join('\0')}`
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    const count = this.#perMetric.get(name) ?? 0
    // The shared series of each metric, and those without labels, are as many as the table has rows: room is kept for them.
    const isShared = labels.every((label) => label === '(other)')
    if (!isShared && (count >= MAX_SERIES || this.#next + width > SLAB_SLOTS - RESERVED_SLOTS)) {
      this.counter('weir_metric_series_dropped_total').add(1)
      return this.#slot(
        name,
        labels.map(() => '(other)'),
        width,
      )
    }
    if (this.#next + width > SLAB_SLOTS) return 0
    const slot = this.#next
    this.#next += width
    this.#slots.set(key, slot)
    this.#perMetric.set(name, count + 1)
    this.#announce({ name, labels: [...labels], slot })
    return slot
  }
}
