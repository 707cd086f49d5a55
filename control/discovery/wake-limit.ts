// How often a watch may ask. A blocking query returns for reasons that are no change (other services, leader elections, an index
// that is never sent), and a Consul that answers at once each time must not be asked in a busy loop. A burst passes unhindered.

/** A bucket of tokens that fills with time. */
export class WakeLimit {
  readonly #everyMs: number
  readonly #burst: number
  /** When the bucket would be full, as a monotonic time. */
  #fullAtMs = Number.NEGATIVE_INFINITY

  /** @param options `everyMs` a new token comes; at most `burst` are kept */
  constructor(options: { readonly everyMs: number; readonly burst: number }) {
    this.#everyMs = options.everyMs
    this.#burst = options.burst
  }

  /** Takes a token, on credit if need be. @returns how long to wait before it may be used, 0 or more */
  take(nowMs: number): number {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + this.#everyMs
    return Math.max(0, this.#fullAtMs - nowMs - this.#everyMs * this.#burst)
  }
}
