import type { EjectionConfig } from '../contract/pool.ts'
import { ejectFor, isFit } from './ejection.ts'
import type { Peer } from './peer.ts'

// Peers that stand out: by the part of their requests that fails, or by the time they take. Failures in a row find a peer that is
// dead; these find one that is ill: every third request fails, or all take ten times as long. A ratio is looked at when a request
// fails, since only then it grows; times a few times per window, since all peers are compared: the mean of each with the lower
// median of the means, which one ill peer of two cannot pull up.

/** Peers that were ejected just now; nearly always none. */
export type Ejected = readonly Peer[]

const NOBODY: Ejected = []
const LOOKS_PER_WINDOW = 10

/** By what peers stand out. */
export type OutlierRule = Pick<
  EjectionConfig,
  'windowMs' | 'minRequests' | 'failureRatio' | 'slowFactor' | 'slowMinMs' | 'baseEjectionMs' | 'maxEjectionMs' | 'maxEjectedRatio'
>

/** Watches the peers of one pool, whose `window` is set. */
export class Outliers {
  readonly #peers: readonly Peer[]
  readonly #rule: OutlierRule
  #lookAtMs = Number.NEGATIVE_INFINITY

  constructor(peers: readonly Peer[], rule: OutlierRule) {
    this.#peers = peers
    this.#rule = rule
  }

  /** The head of an answer came. @param tookMs since the request was sent */
  answered(peer: Peer, tookMs: number, nowMs: number): Ejected {
    peer.window?.answered(tookMs, nowMs)
    if (this.#rule.slowFactor === undefined || nowMs < this.#lookAtMs) return NOBODY
    this.#lookAtMs = nowMs + this.#rule.windowMs / LOOKS_PER_WINDOW
    return this.#slowOnes(this.#rule.slowFactor, nowMs)
  }

  /** A request ended well. */
  succeeded(peer: Peer, nowMs: number): void {
    peer.window?.succeeded(nowMs)
  }

  /** A request failed. */
  failed(peer: Peer, nowMs: number): Ejected {
    const { failureRatio, minRequests } = this.#rule
    // What was on its way when it was taken out says nothing of how it is when it is back.
    if (peer.window === null || !isFit(peer, nowMs)) return NOBODY
    peer.window.failed(nowMs)
    const { requests, ratio } = peer.window.failures(nowMs)
    if (failureRatio === undefined || requests < minRequests || ratio < failureRatio) return NOBODY
    const cause = `${Math.round(100 * ratio)} % of ${requests} requests failed`
    return ejectFor({ by: 'failure-ratio', cause }, peer, this.#peers, this.#rule, nowMs) ? [peer] : NOBODY
  }

  // The slowest first: there may be room for one only.
  #slowOnes(factor: number, nowMs: number): Ejected {
    const judged = this.#judged(nowMs)
    if (judged.length < 2) return NOBODY
    const usualMs = judged[Math.ceil(judged.length / 2)]!.meanMs
    const tooMuchMs = Math.max(this.#rule.slowMinMs, factor * usualMs)
    const ejected: Peer[] = []
    for (const { peer, meanMs } of judged) {
      if (meanMs <= tooMuchMs) break
      const cause = `it takes ${Math.round(meanMs)} ms, its pool ${Math.round(usualMs)} ms`
      if (ejectFor({ by: 'slow', cause }, peer, this.#peers, this.#rule, nowMs)) ejected.push(peer)
    }
    return ejected
  }

  /** Peers that have answered enough to be compared, the slowest first. */
  #judged(nowMs: number): { readonly peer: Peer; readonly meanMs: number }[] {
    const judged: { peer: Peer; meanMs: number }[] = []
    for (const peer of this.#peers) {
      if (peer.window === null || !isFit(peer, nowMs)) continue
      const { answers, meanMs } = peer.window.times(nowMs)
      if (answers >= this.#rule.minRequests) judged.push({ peer, meanMs })
    }
    return judged.sort((a, b) => b.meanMs - a.meanMs)
  }
}
