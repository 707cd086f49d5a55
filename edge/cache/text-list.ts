// Texts as bytes.
//
//   0  u8   1 when the characters are UTF-8, 0 when each is one byte
//   1  u32  for each text: its characters, in UTF-16 units; little-endian
//      the characters of all texts, one after the other

const LENGTHS_FROM = 1
const LENGTH_BYTES = 4
const WIDE_CHARACTER = /[\u0100-\uffff]/

/** Texts as bytes that `readTexts` reads. */
export function writeTexts(texts: readonly string[]): Buffer {
  const joined = texts.join('')
  const encoding = WIDE_CHARACTER.test(joined) ? 'utf8' : 'latin1'
  const charactersFrom = LENGTHS_FROM + texts.length * LENGTH_BYTES
  const list = Buffer.allocUnsafe(charactersFrom + Buffer.byteLength(joined, encoding))
  list[0] = encoding === 'utf8' ? 1 : 0
  let at = LENGTHS_FROM
  for (const text of texts) at = list.writeUInt32LE(text.length, at)
  list.write(joined, charactersFrom, encoding)
  return list
}

/** Where a list lies in bytes. */
export interface ListPlace {
  readonly from: number
  readonly to: number
  /** Of its texts. */
  readonly count: number
}

/**
 * The texts of a list; null when there are not exactly so many and nothing else. Each is a string of its own, not a cut of a longer
 * one: where the engine meets both kinds it has to ask each for its length, and looking for a field cost more than all else of a lookup.
 */
export function readTexts(bytes: Buffer, { from, to, count }: ListPlace): string[] | null {
  const charactersFrom = from + LENGTHS_FROM + count * LENGTH_BYTES
  if (to < charactersFrom) return null
  if (bytes[from] === 1) return readWideTexts(bytes.subarray(from, to), LENGTHS_FROM + count * LENGTH_BYTES)
  const texts: string[] = []
  let start = charactersFrom
  for (let at = from + LENGTHS_FROM; at < charactersFrom; at += LENGTH_BYTES) {
    const end = start + bytes.readUInt32LE(at)
    if (end > to) return null
    texts.push(start === end ? '' : bytes.toString('latin1', start, end))
    start = end
  }
  return start === to ? texts : null
}

function readWideTexts(bytes: Buffer, charactersFrom: number): string[] | null {
  const joined = bytes.toString('utf8', charactersFrom)
  // Half a character is read as a whole one.
  if (Buffer.byteLength(joined) !== bytes.length - charactersFrom) return null
  const texts: string[] = []
  let start = 0
  for (let at = LENGTHS_FROM; at < charactersFrom; at += LENGTH_BYTES) {
    const end = start + bytes.readUInt32LE(at)
    texts.push(joined.substring(start, end))
    // One that claims more than there is runs past the end, and then the sum cannot be right.
    start = end
  }
  return start === joined.length ? texts : null
}
