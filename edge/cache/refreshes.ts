import type { Entry } from './entry.ts'

/** What is being fetched anew behind a stale answer: each thing once, and not more at a time than a rule allows. */
export class Refreshes {
  readonly #under = new Set<string>()

  /** Refreshes under way. */
  get size(): number {
    return this.#under.size
  }

  /**
   * Whether a thing has to be refreshed by who asks, who then says `end`.
   * @param maxAtOnce refreshes under way beyond which none is begun, of whatever rule
   */
  begin(key: string, maxAtOnce: number): 'begun' | 'under-way' | 'full' {
    if (this.#under.has(key)) return 'under-way'
    if (this.#under.size >= maxAtOnce) return 'full'
    this.#under.add(key)
    return 'begun'
  }

  /** The refresh is over, however it went. */
  end(key: string): void {
    this.#under.delete(key)
  }
}

/** How many fetches long before its end an entry is fetched anew, on average of single requests. */
const AHEAD = 2
const LEAST_FETCH_MS = 10
const MOST_FETCHES = 18

/** The odds of fetching an entry anew are e^(-what is left of its freshness ÷ this), ms. */
export function refreshScaleMs({ requestedAtMs, receivedAtMs }: Pick<Entry, 'requestedAtMs' | 'receivedAtMs'>): number {
  return AHEAD * Math.max(LEAST_FETCH_MS, receivedAtMs - requestedAtMs)
}

/** Longer before its end they are below one in a hundred million. */
export function refreshSpanMs(entry: Pick<Entry, 'requestedAtMs' | 'receivedAtMs'>): number {
  return MOST_FETCHES * refreshScaleMs(entry)
}
