// CRC-32 (IEEE 802.3) over strings without making bytes of them first: the hash of nginx's ring.

const POLYNOMIAL = 0xedb88320
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1
  return rest
})

/**
 * The CRC-32 of a text, 0..2^32-1; 0 for the empty one.
 * @param text one character per byte, as fields and targets come from the wire; of a wider character the low byte counts
 * @param before the CRC of what stands before the text
 */
export function crc32(text: string, before = 0): number {
  let state = ~before
  for (let i = 0; i < text.length; i++) state = TABLE[(state ^ text.charCodeAt(i)) & 0xff]! ^ (state >>> 8)
  return ~state >>> 0
}

/** The CRC-32 of what gave `before`, followed by the four bytes of `word`, lowest first. */
export function crc32Word(word: number, before: number): number {
  let state = ~before ^ word
  for (let i = 0; i < 4; i++) state = TABLE[state & 0xff]! ^ (state >>> 8)
  return ~state >>> 0
}
