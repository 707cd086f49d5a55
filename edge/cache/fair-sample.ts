// A sample of things that fall into groups: every group has its part in it, however small it is beside the others, and within a group all are
// as likely. Two walks: the first counts, the second takes each with the odds of what is still wanted among what is still to come (Knuth,
// TAOCP 2, algorithm S), so that nothing but the sample itself is ever held.

import type { Random } from '../base/ports.ts'

/** How many of each group to take: the same number of all, as far as they have so many. @param held things by group @param count of all together */
export function fairShares<Group>(held: ReadonlyMap<Group, number>, count: number): Map<Group, number> {
  const shares = new Map<Group, number>()
  let left = count
  let groups = held.size
  // Small ones first: what they do not need is there for the others.
  for (const [group, size] of [...held].sort(([, a], [, b]) => a - b)) {
    const share = Math.min(size, Math.ceil(left / groups))
    shares.set(group, share)
    left -= share
    groups -= 1
  }
  return shares
}

/** Takes a sample in one walk over things whose groups were counted. */
export class FairSample<Group> {
  readonly #toCome: Map<Group, number>
  readonly #wanted: Map<Group, number>
  readonly #random: Random

  /** @param held things by group @param count of the sample */
  constructor(held: ReadonlyMap<Group, number>, count: number, random: Random) {
    this.#toCome = new Map(held)
    this.#wanted = fairShares(held, count)
    this.#random = random
  }

  /** Whether the next thing of a group belongs to the sample. */
  takes(group: Group): boolean {
    const toCome = this.#toCome.get(group) ?? 0
    const wanted = this.#wanted.get(group) ?? 0
    if (toCome > 0) this.#toCome.set(group, toCome - 1)
    if (wanted === 0 || this.#random.next() * toCome >= wanted) return false
    this.#wanted.set(group, wanted - 1)
    return true
  }
}
