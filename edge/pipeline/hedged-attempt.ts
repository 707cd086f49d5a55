// A try at one peer that becomes two when the first is slow: to whoever waits for it, it is one try. The first answer counts, unless it
// says that its peer is in trouble while the other may still do better.
//
// Invariant: of the tries begun, one is answered for (`answered`, `failed`), and the other has failed, was dropped or is abandoned.

import type { EdgeError } from '../base/edge-error.ts'
import type { Hedges, HedgeWaiter } from '../resilience/hedges.ts'
import type { Exchange } from './exchange.ts'
import type { Attempt } from './peer-task.ts'

/** A try at a peer. */
export interface Begun<Given, T> {
  readonly attempt: Attempt<Given, T>
  readonly address: string
  readonly beganMs: number
}

/** Where a hedge gets its second try from, and what its pool says. */
export interface HedgeTerms<Given, T> {
  readonly pool: string
  readonly hedges: Hedges
  /** Asks another peer; null when there is none to ask. */
  second(): Begun<Given, T> | null
  /** Whether an answer with that status is as good as none while another may come. */
  isFailing(status: number): boolean
}

/** One or two tries, of which the first answer counts. */
export class HedgedAttempt<Given, T> implements Attempt<Given, T>, HedgeWaiter {
  readonly answer: Promise<Given>
  readonly #terms: HedgeTerms<Given, T>
  readonly #x: Exchange
  readonly #running = new Set<Begun<Given, T>>()
  readonly #promised = Promise.withResolvers<Given>()
  readonly #first: Begun<Given, T>
  /** Who is answered for. */
  #chosen: Begun<Given, T>
  #status = 0

  constructor(first: Begun<Given, T>, terms: HedgeTerms<Given, T>, x: Exchange) {
    this.answer = this.#promised.promise
    this.#terms = terms
    this.#x = x
    this.#first = first
    this.#chosen = first
    terms.hedges.enter(this, x.tools)
    this.#run(first)
  }

  // HedgeWaiter: what the sweep says.

  hedge(): boolean {
    const second = this.#terms.second()
    if (second === null) return false
    this.#count('sent')
    this.#run(second)
    return true
  }

  refused(): void {
    this.#count('no-budget')
  }

  // Attempt: what whoever waits says of the one that is answered for.

  answered(): number {
    return this.#status
  }

  failed(thrown: unknown): EdgeError {
    return this.#chosen.attempt.failed(thrown)
  }

  taken(given: Given): T {
    return this.#chosen.attempt.taken(given)
  }

  dropped(given: Given): void {
    this.#chosen.attempt.dropped(given)
  }

  abandon(): void {
    this.#terms.hedges.leave(this)
    for (const { attempt } of this.#running) attempt.abandon()
  }

  #run(one: Begun<Given, T>): void {
    this.#running.add(one)
    one.attempt.answer
      .then(
        (given) => this.#came(one, given),
        (thrown: unknown) => this.#fell(one, thrown),
      )
      .catch((bug: unknown) => this.#promised.reject(bug))
  }

  #came(one: Begun<Given, T>, given: Given): void {
    if (!this.#running.delete(one)) return
    this.#terms.hedges.latency.record(this.#sinceMs(one))
    const status = one.attempt.answered(given)
    if (this.#running.size > 0 && this.#terms.isFailing(status)) return one.attempt.dropped(given)
    this.#status = status
    this.#choose(one)
    this.#promised.resolve(given)
  }

  #fell(one: Begun<Given, T>, thrown: unknown): void {
    if (!this.#running.delete(one)) return
    if (this.#running.size > 0) return void one.attempt.failed(thrown)
    this.#choose(one)
    this.#promised.reject(thrown)
  }

  #choose(one: Begun<Given, T>): void {
    this.#terms.hedges.leave(this)
    this.#chosen = one
    this.#x.why.peer = one.address
    if (one !== this.#first && this.#status > 0) this.#count('won')
    for (const other of this.#running) {
      this.#running.delete(other)
      // It would have taken longer than that, which is what has to be known of it; of a second try that lost nothing is.
      if (other === this.#first) this.#terms.hedges.latency.record(this.#sinceMs(other))
      other.attempt.abandon()
    }
  }

  #sinceMs({ beganMs }: Begun<Given, T>): number {
    return this.#x.tools.clock.monotonicMs() - beganMs
  }

  #count(outcome: 'sent' | 'won' | 'no-budget'): void {
    this.#x.why.hedge = outcome
    this.#x.tools.metrics.hedged(this.#terms.pool, outcome)
  }
}
