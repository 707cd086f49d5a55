// Coalescing: of the requests that miss the same thing at once, one (the leader) asks the origin and the others wait for what it brings.
//
// What keeps waiters from harm: there is a cap on them and a deadline; a leader that fails or finds that it may not share releases all at once;
// one that vanishes is given up at the deadline, so its flight is gone and the next request leads. An answer that may not be kept marks its key
// for some seconds, during which nobody waits for anybody: such requests would only queue behind each other (hit-for-miss).
//
// Invariant: a flight is in the map exactly as long as its timer runs, and whatever ends it resolves every waiter once.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Cancel, Clock, Timers } from '../base/ports.ts'
import type { Entry } from './entry.ts'

/** What a leader brought back. */
export type FlightOutcome =
  /** To be shared with every waiter whose request it fits; see `fitsRequest`. */
  | { readonly kind: 'stored'; readonly entry: Entry }
  /** The answer may not be kept, hence not shared either: each waiter asks for itself. */
  | { readonly kind: 'uncacheable' }
  | { readonly kind: 'failed' }

/** What a waiter is told; `late` when the leader took too long. */
export type WaitOutcome = FlightOutcome | { readonly kind: 'late' }

/** The one that asks the origin. */
export interface Leader {
  readonly role: 'leader'
  /** Says how it went, whatever happened; only the first call counts. */
  finish(outcome: FlightOutcome): void
}

/** The part of a request in a flight. */
export type Ticket =
  | Leader
  /** Never rejects. */
  | { readonly role: 'waiter'; readonly wait: Promise<WaitOutcome> }
  /** Asks the origin for itself, and tells nobody. */
  | { readonly role: 'alone'; readonly because: 'off' | 'uncacheable' | 'full' }

/** How long and how many may wait; `coalesceTimeoutMs` and `coalesceMaxWaiters` of the rule. */
export interface FlightTerms {
  /** From the start of the flight; 0 turns coalescing off. */
  readonly timeoutMs: number
  readonly maxWaiters: number
}

interface Flight {
  readonly waiters: ((outcome: WaitOutcome) => void)[]
  readonly stopTimer: Cancel
}

/** The flights of one worker. */
export class Flights {
  readonly #flights = new Map<string, Flight>()
  /** Keys whose last answer could not be shared, and until when that is believed; monotonic. */
  readonly #marks: BoundedMap<string, number>
  readonly #ports: { readonly clock: Clock; readonly timers: Timers }
  readonly #maxFlights: number
  readonly #markMs: number

  /** @param bounds `maxFlights` at once, beyond it requests go alone; `maxMarks` keys marked, the oldest gives way; `markMs` how long */
  constructor(
    ports: { readonly clock: Clock; readonly timers: Timers },
    bounds: { readonly maxFlights: number; readonly maxMarks: number; readonly markMs: number },
  ) {
    this.#ports = ports
    this.#maxFlights = bounds.maxFlights
    this.#markMs = bounds.markMs
    this.#marks = new BoundedMap({ max: bounds.maxMarks, whenFull: 'evict-oldest' })
  }

  /** Flights under way. */
  get size(): number {
    return this.#flights.size
  }

  /** Joins the flight of a key, or starts it. @param key the cache key, with the variant where it is known */
  join(key: string, terms: FlightTerms): Ticket {
    if (terms.timeoutMs === 0) return { role: 'alone', because: 'off' }
    if (this.#isMarked(key)) return { role: 'alone', because: 'uncacheable' }
    const flight = this.#flights.get(key)
    if (flight === undefined) {
      return this.#flights.size < this.#maxFlights ? this.#lead(key, terms.timeoutMs) : { role: 'alone', because: 'full' }
    }
    if (flight.waiters.length >= terms.maxWaiters) return { role: 'alone', because: 'full' }
    return { role: 'waiter', wait: new Promise((resolve) => flight.waiters.push(resolve)) }
  }

  #lead(key: string, timeoutMs: number): Leader {
    const stopTimer = this.#ports.timers.after(timeoutMs, () => this.#end(key, flight, { kind: 'late' }))
    const flight: Flight = { waiters: [], stopTimer }
    this.#flights.set(key, flight)
    return { role: 'leader', finish: (outcome) => this.#finish(key, flight, outcome) }
  }

  #finish(key: string, flight: Flight, outcome: FlightOutcome): void {
    // One that was given up may have been followed by another of the same key, which goes on; its answer is in the levels by now.
    if (!this.#end(key, flight, outcome)) return
    if (outcome.kind === 'uncacheable') this.#marks.set(key, this.#ports.clock.monotonicMs() + this.#markMs)
  }

  /** @returns false when the flight is over already */
  #end(key: string, flight: Flight, outcome: WaitOutcome): boolean {
    if (this.#flights.get(key) !== flight) return false
    this.#flights.delete(key)
    flight.stopTimer()
    for (const release of flight.waiters) release(outcome)
    return true
  }

  #isMarked(key: string): boolean {
    const untilMs = this.#marks.get(key)
    if (untilMs === undefined) return false
    if (this.#ports.clock.monotonicMs() < untilMs) return true
    this.#marks.delete(key)
    return false
  }
}
