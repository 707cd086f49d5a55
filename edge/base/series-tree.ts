// Series of one metric by the values of their labels, label by label, so that counting is a few Map lookups of texts whose hash is
// known, and no key is put together on the way.

import type { MetricName } from '../contract/metrics.ts'
import { BoundedMap } from './bounded-map.ts'
import type { LabelValues, Metrics } from './ports.ts'

/** Values of one label remembered; a forgotten series is asked for again, and is the same one. */
const MAX_VALUES = 10_000

/** How a series is asked for, e.g. `metrics.counter`. */
export type Open<S> = (name: MetricName, labels: LabelValues) => S

/** A series, or the way to those with one more label. */
export class SeriesTree<S> {
  readonly #name: MetricName
  readonly #labels: LabelValues
  readonly #open: Open<S>
  #below: BoundedMap<string, SeriesTree<S>> | null = null
  #series: S | null = null
  // What was counted last is counted next most often.
  #lastValue: string | null = null
  #lastBelow: SeriesTree<S> | null = null

  constructor(name: MetricName, open: Open<S>, labels: LabelValues = []) {
    this.#name = name
    this.#open = open
    this.#labels = labels
  }

  /** The way on with one more label. */
  at(value: string): SeriesTree<S> {
    if (value === this.#lastValue) return this.#lastBelow!
    const known = this.#below?.get(value) ?? this.#grow(value)
    this.#lastValue = value
    this.#lastBelow = known
    return known
  }

  #grow(value: string): SeriesTree<S> {
    const next = new SeriesTree(this.#name, this.#open, [...this.#labels, value])
    this.#below ??= new BoundedMap({ max: MAX_VALUES, whenFull: 'evict-oldest' })
    this.#below.set(value, next)
    return next
  }

  /** The series with the labels so far. */
  get series(): S {
    this.#series ??= this.#open(this.#name, this.#labels)
    return this.#series
  }
}

/** The counters of a metric. */
export const counters = (metrics: Metrics, name: MetricName) => new SeriesTree(name, (of, labels) => metrics.counter(of, labels))
/** The gauges of a metric. */
export const gauges = (metrics: Metrics, name: MetricName) => new SeriesTree(name, (of, labels) => metrics.gauge(of, labels))
/** The histograms of a metric. */
export const histograms = (metrics: Metrics, name: MetricName) => new SeriesTree(name, (of, labels) => metrics.histogram(of, labels))
