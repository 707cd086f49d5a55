import type { Balancer } from './balancer.ts'
import type { Peer } from './peer.ts'
import { TwoChoices } from './two-choices.ts'

/** What a peer costs that is being asked but was never heard: more than any that was. So a new one is probed by one request at a time. */
const UNHEARD_MS = 3_600_000

/**
 * Chooses, of two peers drawn by chance, the one that would answer sooner: latency × (requests in flight + 1) ÷ weight.
 * Peers without a `latency` cost nothing until they are asked.
 */
export class PeakEwma implements Balancer {
  readonly #choices: TwoChoices

  /** @param random gives a number in [0, 1) */
  constructor(peers: readonly Peer[], random: () => number) {
    this.#choices = new TwoChoices(peers, random, waitFor)
  }

  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    return this.#choices.pick(key, tried, nowMs)
  }
}

function waitFor({ latency, inFlight, weight }: Peer, nowMs: number): number {
  const latencyMs = latency === null ? 0 : latency.at(nowMs)
  if (latencyMs === 0 && inFlight > 0) return UNHEARD_MS * inFlight
  return (latencyMs * (inFlight + 1)) / weight
}
