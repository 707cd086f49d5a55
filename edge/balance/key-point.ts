import { crc32 } from './crc32.ts'

/**
 * Where a key falls in [0, 1): evenly, always in the same place, and in places that have nothing to do with each other under
 * different salts. CRC-32 alone would keep keys that stand together on a ring of CRCs together here; the bits are mixed (the
 * finalizer of MurmurHash3), so that a part of the range is a fair sample of every peer's keys.
 * @param salt any 32 bits
 */
export function keyPoint(key: string, salt: number): number {
  let hash = crc32(key) ^ salt
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
