// Coalescing: of the requests that miss the same thing at once, one (the leader) asks the origin and the others wait for what it brings.
//
// They wait for the head only: once that says that the answer may be shared, the leader tells what is on its way (`begin`), and each is
// served from it as it comes. Who comes later, while it is still coming, is served the same way.
// What keeps waiters from harm: there is a cap on them, and a deadline until the head; a leader that fails or finds that it may not share
// releases all at once, in an order that starts anywhere, so that nobody can place himself to lead next. One that vanishes is given up at
// the deadline, so its flight is gone and the next request leads. An answer that may not be kept marks its key for some seconds, during
// which nobody waits for anybody: such requests would only queue behind each other (hit-for-miss).
//
// Invariant: whatever ends a flight, or begins its answer, resolves every waiter once.

import { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import type { Cancel, Clock, Random, Timers } from '../base/ports.ts'
import type { Body } from '../http/body.ts'
import type { Entry } from './entry.ts'

/** A body that is still coming. */
export interface ArrivingBody extends Body {
  /** Whether it broke off before anything of it was read. */
  readonly cut: boolean
}

/** An answer that is on its way and may be shared. */
export interface Arriving {
  /** The entry that it becomes, without its body. */
  readonly head: Entry
  /** The entry once it is whole; null until then. */
  readonly entry: Entry | null
  /** How many read it now. */
  readonly readers: number
  /** The body from its first byte, as it comes; to be opened or discarded. */
  reader(): ArrivingBody
}

/** What a leader brought back. */
export type FlightOutcome =
  /** To be shared with every waiter whose request it fits; see `fitsRequest`. `kept` is about the second level, and never rejects. */
  | { readonly kind: 'stored'; readonly entry: Entry; readonly kept?: Promise<void> | void }
  /** The answer may not be kept, hence not shared either: each waiter asks for itself. */
  | { readonly kind: 'uncacheable' }
  /** The answer was about the leader's request alone, and says nothing of what others would get. */
  | { readonly kind: 'unshared' }
  | { readonly kind: 'failed' }

/** What a waiter is told: `late` when the leader took too long, `left` when its own client is gone. */
export type WaitOutcome =
  | FlightOutcome
  /** `body` is this waiter's own; to be opened or discarded. */
  | { readonly kind: 'begun'; readonly arriving: Arriving; readonly body: ArrivingBody }
  | { readonly kind: 'late' }
  | { readonly kind: 'left' }

/** The one that asks the origin. */
export interface Leader {
  readonly role: 'leader'
  /** Says that what others may have is on its way; `finish` follows when it is whole, or is not. */
  begin(arriving: Arriving): void
  /** Says how it went, whatever happened; only the first call counts. */
  finish(outcome: FlightOutcome): void
  /** For as long as the fetch is wanted: by the leader's client, or by anybody who waits for it. */
  wantedWith(client: Abort): Abort
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
  /** From the start of the flight to the head of its answer; 0 turns coalescing off. */
  readonly timeoutMs: number
  readonly maxWaiters: number
}

/** The ports that flights take. */
export type FlightPorts = { readonly clock: Clock; readonly timers: Timers; readonly random: Random }

interface Flight {
  readonly waiters: Set<(outcome: WaitOutcome) => void>
  readonly stopTimer: Cancel
  /** Fires when nobody wants the fetch any more. */
  readonly wanted: Abort
  leaderGone: boolean
  arriving: Arriving | null
}

/** The flights of one worker. */
export class Flights {
  readonly #flights = new Map<string, Flight>()
  /** Keys whose last answer could not be shared, and until when that is believed; monotonic. */
  readonly #marks: BoundedMap<string, number>
  readonly #ports: FlightPorts
  readonly #maxFlights: number
  readonly #markMs: number

  /** @param bounds `maxFlights` at once, beyond it requests go alone; `maxMarks` keys marked, the oldest gives way; `markMs` how long */
  constructor(ports: FlightPorts, bounds: { readonly maxFlights: number; readonly maxMarks: number; readonly markMs: number }) {
    this.#ports = ports
    this.#maxFlights = bounds.maxFlights
    this.#markMs = bounds.markMs
    this.#marks = new BoundedMap({ max: bounds.maxMarks, whenFull: 'evict-oldest' })
  }

  /** Flights under way. */
  get size(): number {
    return this.#flights.size
  }

  /**
   * Joins the flight of a key, or starts it.
   * @param key the cache key, with the variant where it is known
   * @param client of this request; when it is gone its place among the waiters is free
   */
  join(key: string, terms: FlightTerms, client: Abort): Ticket {
    if (terms.timeoutMs === 0) return { role: 'alone', because: 'off' }
    if (this.isMarked(key)) return { role: 'alone', because: 'uncacheable' }
    const flight = this.#flights.get(key)
    if (flight === undefined) return this.#leadIfRoom(key, terms)
    const waiting = flight.arriving === null ? flight.waiters.size : flight.arriving.readers
    if (waiting >= terms.maxWaiters) return { role: 'alone', because: 'full' }
    return { role: 'waiter', wait: this.#wait(flight, client) }
  }

  /** Leads the flight of a key if nobody does, for who has no use for the answer himself: a refresh. @returns null when it is being fetched, or may not be shared */
  leadIfFree(key: string, terms: FlightTerms): Leader | null {
    if (terms.timeoutMs === 0 || this.isMarked(key) || this.#flights.has(key)) return null
    const ticket = this.#leadIfRoom(key, terms)
    return ticket.role === 'leader' ? ticket : null
  }

  /** Lets nobody wait for a key for a while: its answers cannot be shared. */
  mark(key: string): void {
    this.#marks.set(key, this.#ports.clock.monotonicMs() + this.#markMs)
  }

  /** Whether nobody waits for this key at present. */
  isMarked(key: string): boolean {
    const untilMs = this.#marks.get(key)
    if (untilMs === undefined) return false
    if (this.#ports.clock.monotonicMs() < untilMs) return true
    this.#marks.delete(key)
    return false
  }

  #leadIfRoom(key: string, terms: FlightTerms): Ticket {
    if (this.#flights.size >= this.#maxFlights) return { role: 'alone', because: 'full' }
    const stopTimer = this.#ports.timers.after(terms.timeoutMs, () => this.#end(key, flight, { kind: 'late' }))
    const flight: Flight = { waiters: new Set(), stopTimer, wanted: new Abort(), leaderGone: false, arriving: null }
    this.#flights.set(key, flight)
    return {
      role: 'leader',
      begin: (arriving) => this.#begin(key, flight, arriving),
      finish: (outcome) => this.#finish(key, flight, outcome),
      wantedWith: (client) => {
        client.on(() => {
          flight.leaderGone = true
          abandonIfUnwanted(flight)
        })
        return flight.wanted
      },
    }
  }

  #wait(flight: Flight, client: Abort): Promise<WaitOutcome> {
    if (flight.arriving !== null) return Promise.resolve(begunFor(flight.arriving))
    return new Promise((resolve) => {
      const stopListening = client.on(() => {
        if (!flight.waiters.delete(release)) return
        abandonIfUnwanted(flight)
        resolve({ kind: 'left' })
      })
      const release = (outcome: WaitOutcome) => {
        stopListening()
        resolve(outcome)
      }
      flight.waiters.add(release)
    })
  }

  #begin(key: string, flight: Flight, arriving: Arriving): void {
    if (this.#flights.get(key) !== flight) return
    flight.stopTimer()
    flight.arriving = arriving
    this.#release(flight, () => begunFor(arriving))
  }

  #finish(key: string, flight: Flight, outcome: FlightOutcome): void {
    // One that was given up may have been followed by another of the same key, which goes on; its answer is in the levels by now.
    if (!this.#end(key, flight, outcome)) return
    if (outcome.kind === 'uncacheable') this.mark(key)
  }

  /** @returns false when the flight is over already */
  #end(key: string, flight: Flight, outcome: WaitOutcome): boolean {
    if (this.#flights.get(key) !== flight) return false
    this.#flights.delete(key)
    flight.stopTimer()
    this.#release(flight, () => outcome)
    abandonIfUnwanted(flight)
    return true
  }

  // Whoever is released first leads next, should it come to that.
  #release(flight: Flight, outcomeOf: () => WaitOutcome): void {
    const waiters = [...flight.waiters]
    flight.waiters.clear()
    const first = Math.floor(this.#ports.random.next() * waiters.length)
    for (let at = 0; at < waiters.length; at++) waiters[(first + at) % waiters.length]!(outcomeOf())
  }
}

function begunFor(arriving: Arriving): WaitOutcome {
  return { kind: 'begun', arriving, body: arriving.reader() }
}

// Once the answer is on its way, whoever reads it keeps it coming.
function abandonIfUnwanted(flight: Flight): void {
  if (flight.leaderGone && flight.waiters.size === 0 && flight.arriving === null) flight.wanted.abort()
}
