// What is counted of a route. Most requests of a route end as the one before did: its series are kept at hand, since finding them label by label
// touches a dozen objects, which with many routes lie in no cache of the processor.

import type { Counter, Histogram } from '../base/ports.ts'
import type { SeriesTree } from '../base/series-tree.ts'
import { statusClass } from '../http/status.ts'

/** The series of one route. */
export class RouteSeries {
  /** Of how long its requests took, seconds. */
  readonly duration: Histogram
  readonly #answered: SeriesTree<Counter>
  readonly #looked: SeriesTree<Counter>
  #status = 0
  #servedBy = ''
  #lastAnswered: Counter | null = null
  #outcome = ''
  #lastLooked: Counter | null = null

  /** @param answered by class of status and who served it @param looked by what the cache said */
  constructor(answered: SeriesTree<Counter>, looked: SeriesTree<Counter>, duration: Histogram) {
    this.#answered = answered
    this.#looked = looked
    this.duration = duration
  }

  /** Counts an answer. */
  answered(status: number, servedBy: string): void {
    if (this.#lastAnswered === null || status !== this.#status || servedBy !== this.#servedBy) {
      this.#status = status
      this.#servedBy = servedBy
      this.#lastAnswered = this.#answered.at(statusClass(status)).at(servedBy).series
    }
    this.#lastAnswered.add(1)
  }

  /** Counts a lookup. */
  looked(outcome: string): void {
    if (this.#lastLooked === null || outcome !== this.#outcome) {
      this.#outcome = outcome
      this.#lastLooked = this.#looked.at(outcome).series
    }
    this.#lastLooked.add(1)
  }
}
