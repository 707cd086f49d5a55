// What may stand behind the addresses of a PROXY header: values with type and length. None of them is needed here; but each must fit,
// and the one that is a checksum over the whole header must be right [proxy-protocol.txt §2.2].

import { PROXY_RULES } from './proxy-header-rules.ts'
import type { WireFault } from './wire-fault.ts'

const CHECKSUM_TYPE = 0x03
const TYPE_AND_LENGTH_BYTES = 3
/** CRC-32C, reflected (RFC 9260 Appendix A). */
const CASTAGNOLI = 0x82f63b78
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let bits = byte
  for (let i = 0; i < 8; i++) bits = bits & 1 ? (bits >>> 1) ^ CASTAGNOLI : bits >>> 1
  return bits
})

/** What is wrong with the values of a header, or null. @param block the whole header @param at where its values begin */
export function checksumFault(block: Buffer, at: number): WireFault | null {
  let checksumAt = -1
  for (let i = at; i < block.byteLength; ) {
    if (i + TYPE_AND_LENGTH_BYTES > block.byteLength) return PROXY_RULES.value
    const valueAt = i + TYPE_AND_LENGTH_BYTES
    const bytes = block.readUInt16BE(i + 1)
    if (valueAt + bytes > block.byteLength) return PROXY_RULES.value
    if (block[i] === CHECKSUM_TYPE) {
      if (bytes !== 4 || checksumAt >= 0) return PROXY_RULES.checksum
      checksumAt = valueAt
    }
    i = valueAt + bytes
  }
  if (checksumAt < 0) return null
  return block.readUInt32BE(checksumAt) === crc32c(block, checksumAt) ? null : PROXY_RULES.checksum
}

/** CRC-32C of the bytes, four of them taken as zero. @param zeroAt where the four begin; -1 takes all bytes as they are */
export function crc32c(bytes: Uint8Array, zeroAt: number): number {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.byteLength; i++) {
    const byte = zeroAt >= 0 && i >= zeroAt && i < zeroAt + 4 ? 0 : bytes[i]!
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!
  }
  return (crc ^ 0xffffffff) >>> 0
}
