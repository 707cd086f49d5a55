// How long a peer takes, as a moving average that takes peaks at once and forgets them slowly, as Finagle's PeakEwma does [1]: who just
// stalled is avoided now, not once an average has moved. It decays while nothing is heard, so that a peer which was slow is asked again.
// Each number is weighed by exp(-age / decayMs). O(1), nothing is allocated.
// [1] https://github.com/twitter/finagle/blob/develop/finagle-core/src/main/scala/com/twitter/finagle/loadbalancer/PeakEwma.scala

/** A failure counts as an answer that took so long: who refuses within a millisecond must not look fast. */
const FAILURE_MS = 1_000

/** The latency of one peer. */
export class PeerLatency {
  /** How fast it forgets, ms; above 0. */
  decayMs: number
  #costMs = 0
  #heardMs = 0

  constructor(decayMs: number) {
    this.decayMs = decayMs
  }

  /** What it comes to now, in ms; 0 when nothing was ever heard. */
  at(nowMs: number): number {
    return this.#costMs * this.#kept(nowMs)
  }

  /** Notes that the head of an answer took that long. */
  answered(tookMs: number, nowMs: number): void {
    const before = this.at(nowMs)
    this.#costMs = tookMs >= before ? tookMs : this.#blend(tookMs, nowMs)
    this.#heardMs = nowMs
  }

  /** Notes a failure after that long. */
  failed(tookMs: number, nowMs: number): void {
    this.answered(Math.max(tookMs, FAILURE_MS), nowMs)
  }

  #blend(tookMs: number, nowMs: number): number {
    const kept = this.#kept(nowMs)
    return this.#costMs * kept + tookMs * (1 - kept)
  }

  #kept(nowMs: number): number {
    return Math.exp((this.#heardMs - nowMs) / this.decayMs)
  }
}
