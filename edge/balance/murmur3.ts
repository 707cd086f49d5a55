// MurmurHash3 in its 32-bit form [1] over the UTF-16LE bytes of a text: two characters a round, no bytes made of them first. It is
// not keyed: all edges must agree on it, so a client can choose keys that meet, and a bound on load is what holds against that.
// [1] A. Appleby: MurmurHash3.cpp of SMHasher, MurmurHash3_x86_32.

/** The hash of a text, a signed 32-bit integer. */
export function murmur3(text: string, seed: number): number {
  let hash = seed | 0
  const pairs = text.length & ~1
  for (let at = 0; at < pairs; at += 2) {
    hash ^= scrambled(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  if (pairs < text.length) hash ^= scrambled(text.charCodeAt(pairs))
  return mixed(hash ^ (2 * text.length))
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}

function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
