// Which group a client is in: weighted rendezvous [1]. Each group has a fixed draw for each client, and the best draw after its weight wins.
//
// Invariant: when the share of one group grows and the others keep their proportions, clients move into that group and nobody else moves;
// when it shrinks, only its own move. Shares hold to the accuracy of chance over clients. O(groups), no allocation.
// [1] D. Thaler, C. Ravishankar: Using name-based mappings to increase hit rates, IEEE/ACM ToN 1998; weights by -ln(u)/w: P. Efraimidis,
//     P. Spirakis: Weighted random sampling with a reservoir, 2006.

import { crc32 } from 'node:zlib'

/** The number that a group draws by. @param name what the draw hangs on: the same name draws the same clients anywhere */
export function saltOf(name: string): number {
  return mixed(crc32(name))
}

/**
 * The group of a client.
 * @param key who it is
 * @param salts one per group, see `saltOf`
 * @param weights one per group, 0 or more, relative to each other; who has 0 gets nobody
 * @returns the index of a group; 0 when no weight is above 0
 */
export function cohortOf(key: string, salts: readonly number[], weights: readonly number[]): number {
  const hash = crc32(key)
  let best = 0
  let bestScore = Number.POSITIVE_INFINITY
  for (let index = 0; index < salts.length; index++) {
    const weight = weights[index]!
    if (weight <= 0) continue
    // In (0, 1), so that its logarithm is finite and below 0.
    const draw = (mixed(hash ^ salts[index]!) + 0.5) / 2 ** 32
    const score = -Math.log(draw) / weight
    if (score >= bestScore) continue
    best = index
    bestScore = score
  }
  return best
}

/** A group by chance. @param chance 0 to below 1 @param weights one per group, 0 or more @returns the index of a group; 0 when no weight is above 0 */
export function drawnGroup(chance: number, weights: readonly number[]): number {
  let sum = 0
  for (const weight of weights) sum += weight
  let rest = chance * sum
  let last = 0
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!
    if (weight <= 0) continue
    if (rest < weight) return index
    rest -= weight
    last = index
  }
  return last
}

// The finaliser of MurmurHash3 (A. Appleby): CRCs of keys that are alike are alike, draws must not be.
function mixed(word: number): number {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
