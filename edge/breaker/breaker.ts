// A breaker spares a dependency that keeps failing, and the callers the wait for it.
//
//   closed ── failures in a row ──▶ open ── its time is over ──▶ half-open ── the probe succeeded ──▶ closed
//                                    ▲                              │
//                                    └────── the probe failed ──────┘
//
// Pure: it is told outcomes and the time. What was let through before it opened may report later: while it is open that
// changes nothing, since the dependency will be asked by a probe of its own.

/** Where a breaker stands; dates are by the clock its owner passes. */
export type BreakerState =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly untilMs: number }
  | { readonly state: 'half-open'; readonly probe: 'wanted' }
  | { readonly state: 'half-open'; readonly probe: 'out'; readonly sinceMs: number }

const CLOSED: BreakerState = { state: 'closed', failures: 0 }
const PROBE_WANTED: BreakerState = { state: 'half-open', probe: 'wanted' }

/** Lets calls through, or not, by the outcomes of those before. */
export class Breaker {
  readonly #failures: number
  readonly #openMs: number
  #state: BreakerState = CLOSED

  /** @param options `failures` in a row that open it, integer >= 1; `openMs` how long it then stays open */
  constructor(options: { readonly failures: number; readonly openMs: number }) {
    this.#failures = options.failures
    this.#openMs = options.openMs
  }

  /**
   * Whether a call may be made now; each one that is allowed must report `succeeded` or `failed`.
   * In half-open exactly one call at a time is allowed, the probe. A probe that has not reported after `openMs` counts as lost.
   * @param nowMs any clock, best a monotonic one; the same in all calls
   */
  allow(nowMs: number): boolean {
    const now = this.state(nowMs)
    if (now.state === 'closed') return true
    if (now.state === 'open' || now.probe === 'out') return false
    this.#state = { state: 'half-open', probe: 'out', sinceMs: nowMs }
    return true
  }

  /** A call that was allowed has succeeded. */
  succeeded(nowMs: number): void {
    if (this.state(nowMs).state !== 'open') this.#state = CLOSED
  }

  /** A call that was allowed has failed. */
  failed(nowMs: number): void {
    const now = this.state(nowMs)
    if (now.state === 'open') return
    const failures = now.state === 'closed' ? now.failures + 1 : this.#failures
    this.#state = failures < this.#failures ? { state: 'closed', failures } : { state: 'open', untilMs: nowMs + this.#openMs }
  }

  /** Where it stands at `nowMs`. */
  state(nowMs: number): BreakerState {
    const now = this.#state
    if (now.state === 'open' && nowMs >= now.untilMs) return PROBE_WANTED
    if (now.state === 'half-open' && now.probe === 'out' && nowMs - now.sinceMs >= this.#openMs) return PROBE_WANTED
    return now
  }
}
