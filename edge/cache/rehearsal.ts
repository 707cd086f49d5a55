import { GreedyDual, type Regime, type Tenant } from './greedy-dual.ts'

/**
 * A cache without contents: what the hit ratio would be under another regime. It is shown a sample of the requests, chosen by fingerprint, and has
 * that part of the room [1].
 *
 * [1] Waldspurger et al., Cache modeling and optimization using miniature simulations, USENIX ATC 2017.
 */
export class Rehearsal {
  readonly regime: Regime
  readonly #policy: GreedyDual<Tenant>
  readonly #nodes = new Map<number, Tenant>()
  readonly #dropped = (node: Tenant): void => {
    this.#nodes.delete(node.fingerprint)
  }

  constructor(regime: Regime, maxBytes: number) {
    this.regime = regime
    this.#policy = new GreedyDual(maxBytes)
    this.#policy.regime = regime
  }

  /** How many nodes it holds. */
  get count(): number {
    return this.#policy.count
  }

  /** What they weigh on average, in bytes; 0 when there are none. */
  get meanBytes(): number {
    return this.count === 0 ? 0 : this.#policy.bytes / this.count
  }

  /** A request. @returns whether it would have been a hit */
  ask(fingerprint: number, bytes: number): boolean {
    const node = this.#nodes.get(fingerprint)
    if (node !== undefined) {
      this.#policy.hit(node)
      return true
    }
    if (bytes > this.#policy.maxBytes) return false
    const newcomer: Tenant = { fingerprint, bytes, hits: 0, times: 0, age: 0, place: -1 }
    this.#nodes.set(fingerprint, newcomer)
    this.#policy.insert(newcomer, this.#dropped)
    return false
  }

  /** Goes on with half the sample and half the room. @param isInSample whether a fingerprint stays */
  halve(isInSample: (fingerprint: number) => boolean): void {
    for (const node of [...this.#nodes.values()]) {
      if (isInSample(node.fingerprint)) continue
      this.#policy.remove(node)
      this.#nodes.delete(node.fingerprint)
    }
    this.#policy.maxBytes /= 2
    this.#policy.makeRoom(this.#dropped)
  }
}
