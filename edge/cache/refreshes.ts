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
