import type { Balancer } from './balancer.ts'
import type { Peer } from './peer.ts'
import { TwoChoices } from './two-choices.ts'

/** Chooses, of two peers drawn by chance, the one with fewer requests in flight for its weight. */
export class LeastRequest implements Balancer {
  readonly #choices: TwoChoices

  /** @param random gives a number in [0, 1) */
  constructor(peers: readonly Peer[], random: () => number) {
    this.#choices = new TwoChoices(peers, random, busyness)
  }

  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    return this.#choices.pick(key, tried, nowMs)
  }
}

function busyness(peer: Peer): number {
  return peer.inFlight / peer.weight
}
