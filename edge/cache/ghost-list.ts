/**
 * Remembers what was dropped of late, by fingerprint, in two flat arrays.
 *
 * Each fingerprint has one place in a table, with the number of the drop that put it there. It is remembered while that number is among the
 * last few; a later drop with the same place overwrites it, so the memory is a little short, never too long.
 */
export class GhostList {
  readonly #fingerprints: Uint32Array
  readonly #numbers: Uint32Array
  #dropped = 0

  /** @param capacity drops remembered at most, 1 or more; the table has twice the places, rounded up to a power of two */
  constructor(capacity: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(1, capacity) * 2))
    this.#fingerprints = new Uint32Array(places)
    this.#numbers = new Uint32Array(places)
  }

  /** Remembers a drop. @param fingerprint unsigned, 32 bits */
  add(fingerprint: number): void {
    const place = fingerprint & (this.#fingerprints.length - 1)
    this.#dropped = (this.#dropped + 1) >>> 0
    this.#fingerprints[place] = fingerprint
    this.#numbers[place] = this.#dropped
  }

  /** Whether it is among the last `recent` drops. */
  has(fingerprint: number, recent: number): boolean {
    const place = fingerprint & (this.#fingerprints.length - 1)
    if (this.#fingerprints[place] !== fingerprint || this.#numbers[place] === 0) return false
    return (this.#dropped - this.#numbers[place]!) >>> 0 < recent
  }
}

/** A 32-bit fingerprint of a text: FNV-1a, with its bits mixed so that the low ones may pick a place. */
export function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
