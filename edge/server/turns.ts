// The requests of one connection: one at a time, in the order in which they came. node runs pipelined requests all at once, so one
// connection could hold hundreds of origin connections, and unsafe methods would run side by side (RFC 9112 §9.3.2).
//
// Full: a client with MAX_WAITING requests ahead of their answers is cut.

/** Pipelined requests that may wait behind the one being served. */
export const MAX_WAITING = 100

/** The turns of one connection; `T` is what is known of the request being served. */
export class Turns<T> {
  #current: T | null = null
  #waiting: { readonly of: T; readonly run: () => void }[] = []
  #last: (() => void) | null = null

  /** The request being served. */
  get current(): T | null {
    return this.#current
  }

  /** Runs a request now, or when those before it are answered. @returns false when too many wait */
  take(of: T, run: () => void): boolean {
    if (this.#current === null) {
      this.#current = of
      run()
      return true
    }
    if (this.#waiting.length >= MAX_WAITING) return false
    this.#waiting.push({ of, run })
    return true
  }

  /** The one being served is answered: the next one's turn. */
  next(): void {
    const next = this.#waiting.shift()
    this.#current = next?.of ?? null
    if (next !== undefined) return next.run()
    this.#last?.()
  }

  /** Runs `run` once all requests are answered, as the last thing; only the first call counts. */
  finally(run: () => void): void {
    if (this.#last !== null) return
    this.#last = run
    if (this.#current === null) run()
  }

  /** Forgets who waits: the connection is gone. */
  drop(): void {
    this.#waiting = []
  }
}
