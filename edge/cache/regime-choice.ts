// No policy is best everywhere: loops and scans want newcomers kept out, pages that are read a few times and never again want them in, and the
// same site can change from one to the other within an hour. So each regime is rehearsed with a sample of the requests, and the one in force is
// changed when another is better beyond doubt: by more than five standard deviations of the difference, over the last requests (those before
// fade). Each rehearsal holds 2,048 nodes at most; when they are more, the sample is halved. So the cost of all is bounded, and for a large
// cache small.
//
// A hit counts as what its miss would have cost: one, and a little for its bytes.

import { BYTES_COST, type Regime } from './greedy-dual.ts'
import { Rehearsal } from './rehearsal.ts'

interface Candidate {
  readonly rehearsal: Rehearsal
  /** What it saved beyond `open`, faded. */
  lead: number
  /** Sum of the squares of what it differed by, faded: the variance of `lead`. */
  variance: number
  /** The same as if all were of mean size. */
  plainVariance: number
}

const REGIMES: readonly Regime[] = ['open', 'contested', 'proven', 'recent']
const MAX_NODES = 2048
const MIN_NODES = 64
// So many requests for each node of a rehearsal are remembered.
const REQUESTS_PER_NODE = 8
const DEVIATIONS = 5

/** Finds the regime that suits the requests of late. */
export class RegimeChoice {
  /** A fingerprint is in the sample when its bits under the mask are all zero; the highest ones, since the lowest pick places. */
  #mask = 0
  #current = REGIMES.indexOf('contested')
  readonly #candidates: readonly Candidate[]

  /** @param maxBytes room of the cache that this is for @param count nodes it has now */
  constructor(maxBytes: number, count: number) {
    let room = maxBytes
    for (let left = count; left > MAX_NODES; left /= 2) {
      this.#mask = halfOf(this.#mask)
      room /= 2
    }
    this.#candidates = REGIMES.map((regime) => ({ rehearsal: new Rehearsal(regime, room), lead: 0, variance: 0, plainVariance: 0 }))
  }

  /** The one to have in force. */
  get regime(): Regime {
    return REGIMES[this.#current]!
  }

  /** Whether `note` wants to know of it. */
  samples(fingerprint: number): boolean {
    return (fingerprint & this.#mask) === 0
  }

  /** A request for something in the sample, hit or miss. @param bytes its weight, 1 or more */
  note(fingerprint: number, bytes: number): void {
    const base = this.#candidates[0]!.rehearsal
    const kept = 1 - 1 / (REQUESTS_PER_NODE * Math.max(MIN_NODES, base.count))
    const saved = 1 + (base.count === 0 ? BYTES_COST : (BYTES_COST * bytes) / base.meanBytes)
    const inBase = base.ask(fingerprint, bytes) ? 1 : 0
    for (let i = 1; i < this.#candidates.length; i++) {
      const candidate = this.#candidates[i]!
      const difference = (candidate.rehearsal.ask(fingerprint, bytes) ? 1 : 0) - inBase
      candidate.lead = candidate.lead * kept + difference * saved
      candidate.variance = candidate.variance * kept + Math.abs(difference) * saved * saved
      candidate.plainVariance = candidate.plainVariance * kept + Math.abs(difference) * (1 + BYTES_COST) ** 2
    }
    this.#choose()
    if (base.count > MAX_NODES) this.#halve()
  }

  #choose(): void {
    let leader = 0
    for (let i = 1; i < this.#candidates.length; i++) {
      if (this.#candidates[i]!.lead > this.#candidates[leader]!.lead) leader = i
    }
    const current = this.#candidates[this.#current]!
    const best = this.#candidates[leader]!
    // Back to `open` on what was lost for a fact: one large thing missed may outweigh hundreds of small hits, and makes the variance useless.
    const variance = leader === 0 ? current.plainVariance : current.variance + best.variance
    if (best.lead - current.lead > DEVIATIONS * Math.sqrt(variance) + 1) this.#current = leader
  }

  #halve(): void {
    this.#mask = halfOf(this.#mask)
    for (const { rehearsal } of this.#candidates) rehearsal.halve((fingerprint) => this.samples(fingerprint))
  }
}

/** One more bit, from the top. */
function halfOf(mask: number): number {
  return (mask >> 1) | 0x80000000
}
