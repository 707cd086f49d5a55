import type { Candidates } from './candidates.ts'

/** What `walk` gives when it met no candidate. */
export const NOBODY = -1

/**
 * Which peer a key belongs to, and who comes next when that one may not be chosen. A pure function of the addresses and weights of the
 * peers: the order in which they are listed does not matter, nor who was there before, so all edges and workers agree.
 */
export interface KeyMapping {
  /** Where a key stands among the peers: what `ownerAt` and `walk` take. */
  placeOf(key: string): number
  /** The peer that a place belongs to, by its index; there must be one. */
  ownerAt(place: number): number
  /** The first candidate on the walk of a place, which begins with its owner; by its index, or NOBODY. */
  walk(place: number, candidates: Candidates): number
}

/** Peers by their addresses: the order that mappings are built in, whatever order they are listed in. */
export function inOrderOfAddress(addresses: readonly string[]): number[] {
  return addresses.map((_, index) => index).sort((a, b) => compare(addresses[a]!, addresses[b]!) || a - b)
}

// By code units: the locale of an edge must not move keys.
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
