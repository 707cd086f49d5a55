import type { Counter, Metrics } from '../base/ports.ts'
import type { MetricName } from '../contract/metrics.ts'

/** The series of one metric by outcome, each looked up once. @typeParam Outcome a small union, since every one seen is kept */
export class OutcomeCounters<Outcome extends string> {
  readonly #metrics: Metrics
  readonly #name: MetricName
  readonly #counters = new Map<Outcome, Counter>()

  /** @param name a metric whose only label is the outcome */
  constructor(metrics: Metrics, name: MetricName) {
    this.#metrics = metrics
    this.#name = name
  }

  /** Counts one. */
  count(outcome: Outcome): void {
    let counter = this.#counters.get(outcome)
    if (counter === undefined) {
      counter = this.#metrics.counter(this.#name, [outcome])
      this.#counters.set(outcome, counter)
    }
    counter.add(1)
  }
}
