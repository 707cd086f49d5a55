// What a memory level holds as bytes, for the process that comes after this one: `WEIR-L1\n`, then for each entry the length of its key, the
// length of its envelope (both u32, little-endian), the key and the envelope. Each envelope carries its own checksum and key, so a file
// that was cut or written by another version gives the entries that are sound, or none.

import type { Entry } from './entry.ts'
import { decodeWhole, encodeWhole } from './envelope.ts'

/** An entry and where it stands. */
export interface KeptEntry {
  readonly key: string
  readonly entry: Entry
}

/** The name of the file in the state folder. */
export const MEMORY_FILE = 'memory'

const MAGIC = Buffer.from('WEIR-L1\n')
const LENGTHS_BYTES = 8

/** The bytes of entries, in their order, as many of them as fit. @param maxBytes of the whole */
export function writeMemory(entries: Iterable<KeptEntry>, maxBytes: number): Buffer {
  const parts: Buffer[] = [MAGIC]
  let bytes = MAGIC.length
  for (const { key, entry } of entries) {
    const name = Buffer.from(key)
    const envelope = encodeWhole(key, entry)
    if (envelope === null) continue
    bytes += LENGTHS_BYTES + name.length + envelope.length
    if (bytes > maxBytes) break
    const lengths = Buffer.alloc(LENGTHS_BYTES)
    lengths.writeUInt32LE(name.length, 0)
    lengths.writeUInt32LE(envelope.length, 4)
    parts.push(lengths, name, envelope)
  }
  return Buffer.concat(parts)
}

/** The entries in such bytes, in their order, each with a body of its own; it ends at the first that is not whole. @throws never */
export function* readMemory(bytes: Uint8Array): Generator<KeptEntry> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!all.subarray(0, MAGIC.length).equals(MAGIC)) return
  let at = MAGIC.length
  while (at + LENGTHS_BYTES <= all.length) {
    const nameEnd = at + LENGTHS_BYTES + all.readUInt32LE(at)
    const end = nameEnd + all.readUInt32LE(at + 4)
    if (end > all.length) return
    const key = all.toString('utf8', at + LENGTHS_BYTES, nameEnd)
    const entry = decodeWhole(key, all.subarray(nameEnd, end))
    if (entry === null) return
    yield { key, entry }
    at = end
  }
}
