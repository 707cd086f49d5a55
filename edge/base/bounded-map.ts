// A Map that cannot grow without end. Full is defined: the oldest entry goes, or the new one is refused.
// Insertion order is age; `get` does not refresh it, so that reading costs nothing.

/** What happens to a new key when the map is full. */
export type WhenFull = 'evict-oldest' | 'refuse'

/** A Map of at most `max` entries. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #max: number
  readonly #whenFull: WhenFull

  constructor(options: { readonly max: number; readonly whenFull: WhenFull }) {
    if (!Number.isInteger(options.max) || options.max < 1) throw new RangeError('max must be a whole number of 1 or more')
    this.#max = options.max
    this.#whenFull = options.whenFull
  }

  /** Entries held now. */
  get size(): number {
    return this.#entries.size
  }

  /** The value of `key`, or undefined. */
  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /** Whether `key` is held. */
  has(key: K): boolean {
    return this.#entries.has(key)
  }

  /** Puts a value. @returns false when the map is full and refuses new keys */
  set(key: K, value: V): boolean {
    if (!this.#entries.has(key) && this.#entries.size >= this.#max) {
      if (this.#whenFull === 'refuse') return false
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, value)
    return true
  }

  /** Takes an entry out. @returns whether it was there */
  delete(key: K): boolean {
    return this.#entries.delete(key)
  }

  /** Takes all entries out. */
  clear(): void {
    this.#entries.clear()
  }

  /** Entries from oldest to newest. */
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries()
  }
}
