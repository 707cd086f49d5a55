// How fast the body of a request comes, and when that is too slow. A client that sends a byte now and then holds a slot at the origin
// for as long as it likes (slow POST); silence, pace and the whole have a bound each.

import { EdgeError } from '../base/edge-error.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'

/** The bounds on a body. */
export type PaceTerms = Pick<EdgeBootstrap, 'bodyTimeoutMs' | 'minBodyBytesPerSecond' | 'requestTimeoutMs'>

/** The pace of one body. Times are monotonic. */
export class BodyPace {
  readonly #beganMs: number
  #heardMs: number
  #restedMs = 0
  #bytes = 0

  constructor(nowMs: number) {
    this.#beganMs = nowMs
    this.#heardMs = nowMs
  }

  /** Bytes that came so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes came. */
  came(bytes: number, nowMs: number): void {
    this.#bytes += bytes
    this.#heardMs = nowMs
  }

  /** Nobody waits for the client now: neither its silence nor its pace counts. */
  rest(nowMs: number): void {
    this.#restedMs += nowMs - this.#heardMs
    this.#heardMs = nowMs
  }

  /** Why it is too slow, or null. */
  lateness(nowMs: number, terms: PaceTerms): EdgeError | null {
    const { bodyTimeoutMs, minBodyBytesPerSecond, requestTimeoutMs } = terms
    const takenMs = nowMs - this.#beganMs
    if (nowMs - this.#heardMs > bodyTimeoutMs) return new EdgeError('REQUEST_TIMEOUT', { silentMs: bodyTimeoutMs })
    if (takenMs > requestTimeoutMs) return new EdgeError('REQUEST_TIMEOUT', { takenMs: Math.round(takenMs) })
    const waitedMs = takenMs - this.#restedMs
    const tooSlow = waitedMs > bodyTimeoutMs && this.#bytes < (minBodyBytesPerSecond * waitedMs) / 1_000
    return tooSlow ? new EdgeError('REQUEST_TIMEOUT', { bytes: this.#bytes, takenMs: Math.round(takenMs) }) : null
  }
}
