// HalfSipHash-1-3 in its 64-bit form [1] over the UTF-16LE bytes of a text: without the key nobody can find two texts that meet,
// so no client can aim its requests at the budget of another. 32-bit operations only, two characters a round, no allocation.
// [1] J.-P. Aumasson, D. J. Bernstein: SipHash, and the HalfSipHash variant of its reference code.

const C2 = 0x6c796765
const C3 = 0x74656462

/** A hash of texts under a 64-bit key; the result is read from `low` and `high`. */
export class KeyedHash {
  /** Low half of the last hash, a signed 32-bit integer. */
  low = 0
  /** High half of the last hash, a signed 32-bit integer. */
  high = 0
  readonly #key0: number
  readonly #key1: number

  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0
    this.#key1 = key1 | 0
  }

  /** Hashes `text` into `low` and `high`. */
  update(text: string): void {
    let v0 = this.#key0
    let v1 = this.#key1 ^ 0xee
    let v2 = C2 ^ this.#key0
    let v3 = C3 ^ this.#key1
    const pairs = text.length & ~1
    // The words of the text with one round each, then the last one with one, then twice three rounds without a word.
    const words = pairs / 2
    for (let round = 0; round <= words + 6; round++) {
      let word = 0
      if (round < words) word = text.charCodeAt(2 * round) | (text.charCodeAt(2 * round + 1) << 16)
      // The last word carries the length in bytes (two per character) and the odd character.
      else if (round === words) word = (text.length << 25) | (pairs < text.length ? text.charCodeAt(pairs) : 0)
      else if (round === words + 1) v2 ^= 0xee
      else if (round === words + 4) {
        this.low = v1 ^ v3
        v1 ^= 0xdd
      }
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    this.high = v1 ^ v3
  }
}
