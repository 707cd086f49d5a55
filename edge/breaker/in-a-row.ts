// The simplest breaker: so many failures in a row open it for a fixed time, and one probe decides.

import { Breaker, type BreakerCause, type Judge, type Outcome } from './breaker.ts'

/** Counts failures in a row. */
export class InARow implements Judge {
  readonly #failures: number
  #count = 0

  /** @param failures in a row that are too many, integer >= 1 */
  constructor(failures: number) {
    this.#failures = failures
  }

  note(outcome: Outcome): BreakerCause | null {
    this.#count = outcome === 'failed' ? this.#count + 1 : 0
    if (this.#count < this.#failures) return null
    return 'in-a-row'
  }

  forget(): void {
    this.#count = 0
  }
}

/** A breaker that opens after so many failures in a row. @param options `failures`, integer >= 1; `openMs` how long it then stays open */
export function breakerInARow(options: { readonly failures: number; readonly openMs: number }): Breaker {
  const { failures, openMs } = options
  return new Breaker({ judge: new InARow(failures), openMs: () => openMs, probes: 1, successes: 1, probeMs: openMs })
}
