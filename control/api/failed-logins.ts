// Wrong tokens, counted by address. A right token is never counted and never held up: secrets are too long to be guessed, so that
// this is against noise, and must not lock out whoever shares an address with it (an edge, or everybody behind one proxy).

import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Wrong tokens that one address may present within `WINDOW_MS`. */
export const MAX_FAILURES = 10
/** The window they are counted in. */
export const WINDOW_MS = 60_000
// Addresses share this many counts, so that no flood of addresses can fill the memory (IPv6 has enough of them).
const BUCKET_BYTES = 2

/** Counts wrong tokens. */
export class FailedLogins {
  readonly #limiter = new RateLimiterMemory({ points: MAX_FAILURES, duration: WINDOW_MS / 1_000 })

  /** Counts a wrong token. @returns how long the address should wait, 0 while it has tries left */
  async count(address: string): Promise<number> {
    try {
      await this.#limiter.consume(bucketOf(address))
      return 0
    } catch (outcome) {
      // The library throws what is left of the window; anything else is a fault.
      if (!(outcome instanceof RateLimiterRes)) throw outcome
      return Math.max(1, outcome.msBeforeNext)
    }
  }
}

function bucketOf(address: string): string {
  return createHash('sha256').update(address).digest().subarray(0, BUCKET_BYTES).toString('hex')
}
