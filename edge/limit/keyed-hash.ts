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
  #v0 = 0
  #v1 = 0
  #v2 = 0
  #v3 = 0

  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0
    this.#key1 = key1 | 0
  }

  /** Hashes `text` into `low` and `high`. */
  update(text: string): void {
    this.#v0 = this.#key0
    this.#v1 = this.#key1 ^ 0xee
    this.#v2 = C2 ^ this.#key0
    this.#v3 = C3 ^ this.#key1
    const pairs = text.length & ~1
    for (let i = 0; i < pairs; i += 2) this.#absorb(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
    // The last word carries the length in bytes (two per character) and the odd character.
    const odd = pairs < text.length ? text.charCodeAt(pairs) : 0
    this.#absorb((text.length << 25) | odd)
    this.#v2 ^= 0xee
    this.#rounds(3)
    this.low = this.#v1 ^ this.#v3
    this.#v1 ^= 0xdd
    this.#rounds(3)
    this.high = this.#v1 ^ this.#v3
  }

  #absorb(word: number): void {
    this.#v3 ^= word
    this.#rounds(1)
    this.#v0 ^= word
  }

  #rounds(count: number): void {
    let v0 = this.#v0
    let v1 = this.#v1
    let v2 = this.#v2
    let v3 = this.#v3
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) | 0
      v1 = rotate(v1, 5) ^ v0
      v0 = rotate(v0, 16)
      v2 = (v2 + v3) | 0
      v3 = rotate(v3, 8) ^ v2
      v0 = (v0 + v3) | 0
      v3 = rotate(v3, 7) ^ v0
      v2 = (v2 + v1) | 0
      v1 = rotate(v1, 13) ^ v2
      v2 = rotate(v2, 16)
    }
    this.#v0 = v0
    this.#v1 = v1
    this.#v2 = v2
    this.#v3 = v3
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
