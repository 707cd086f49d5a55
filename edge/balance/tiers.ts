import type { Balancer } from './balancer.ts'
import { isFit, isUsable } from './ejection.ts'
import type { Peer } from './peer.ts'

// Peers in tiers, of which the first is asked while it is well; what it cannot bear goes to the next, as Envoy shares it out [1].
// A tier that has the part h of its weight usable can bear min(1, 1.4 h) of the requests: up to 28 % of a tier may be out before
// others are asked. Where all tiers together cannot bear the whole, each gets its part of what they can. So tiers are left and
// come back to by degrees, not at a threshold. A key stays with its tier as long as the shares stay.
//
// Invariant: as long as any peer is usable and untried, one is picked; only then come those that are out, the first tier's first.
// How tiers are doing is looked at a few times a second, not for each pick: a tier that is out as a whole is passed at once anyway.
// [1] https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority

const OVERPROVISION = 1.4
const LOOK_EVERY_MS = 100

/** Peers that are asked together, and who chooses among them. */
export interface Tier {
  readonly peers: readonly Peer[]
  readonly balancer: Balancer
}

/** Chooses the tier, whose balancer chooses the peer. */
export class Tiers implements Balancer {
  readonly #tiers: readonly Tier[]
  readonly #pointOf: (key: string) => number
  /** Up to where in [0, 1) requests go to each tier, ascending. */
  readonly #ends: Float64Array
  #lookAtMs = Number.NEGATIVE_INFINITY

  /**
   * @param tiers the first is asked first; each has a peer
   * @param pointOf where a request falls in [0, 1): always the same for a key, for who hashes; by chance for others
   */
  constructor(tiers: readonly Tier[], pointOf: (key: string) => number) {
    this.#tiers = tiers
    this.#pointOf = pointOf
    this.#ends = new Float64Array(tiers.length)
  }

  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    if (nowMs >= this.#lookAtMs) this.#look(nowMs)
    const chosen = this.#chosen(key)
    const peer = this.#tiers[chosen]!.balancer.pick(key, tried, nowMs)
    if (peer !== null && isUsable(peer, nowMs)) return peer
    return this.#elsewhere(chosen, key, tried, nowMs) ?? peer ?? this.#anybody(key, tried, nowMs)
  }

  #chosen(key: string): number {
    // Nearly always: the first tier bears everything.
    if (this.#ends[0]! >= 1) return 0
    const point = this.#pointOf(key)
    const at = this.#ends.findIndex((end) => point < end)
    return at < 0 ? 0 : at
  }

  #elsewhere(chosen: number, key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    for (let at = 0; at < this.#tiers.length; at++) {
      const peer = at === chosen ? null : this.#tiers[at]!.balancer.pick(key, tried, nowMs)
      if (peer !== null && isUsable(peer, nowMs)) return peer
    }
    return null
  }

  #anybody(key: string, tried: readonly Peer[], nowMs: number): Peer | null {
    for (const { balancer } of this.#tiers) {
      const peer = balancer.pick(key, tried, nowMs)
      if (peer !== null) return peer
    }
    return null
  }

  #look(nowMs: number): void {
    this.#lookAtMs = nowMs + LOOK_EVERY_MS
    const bearable = this.#tiers.map(({ peers }) => Math.min(1, OVERPROVISION * fitPart(peers, nowMs)))
    const together = Math.min(
      1,
      bearable.reduce((sum, part) => sum + part, 0),
    )
    let end = 0
    for (const [at, part] of bearable.entries()) {
      // Nobody is fit: the first tier is the one to ask.
      end = together === 0 ? 1 : Math.min(1, end + part / together)
      this.#ends[at] = end
    }
  }
}

/** The part of the weight of some peers that nothing speaks against, 0..1; panic makes nobody fit. */
function fitPart(peers: readonly Peer[], nowMs: number): number {
  let fit = 0
  let all = 0
  for (const peer of peers) {
    all += peer.weight
    if (isFit(peer, nowMs)) fit += peer.weight
  }
  return fit / all
}
