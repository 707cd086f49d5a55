const LENGTH_BYTES = 4

/** Texts one after the other, each as a little-endian u32 length and that many bytes of UTF-8. */
export function writeTexts(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const list = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH_BYTES + length, 0))
  let at = 0
  texts.forEach((text, i) => {
    at = list.writeUInt32LE(lengths[i]!, at)
    at += list.write(text, at)
  })
  return list
}

/** Reads what `writeTexts` wrote, and nothing past the end, whatever the lengths say. */
export class TextReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Whether all has been read. */
  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The next `count` texts; null when there are fewer, and then nothing more can be read. */
  take(count: number): string[] | null {
    const texts: string[] = []
    while (texts.length < count) {
      const start = this.#at + LENGTH_BYTES
      if (start > this.#bytes.length) return null
      const end = start + this.#bytes.readUInt32LE(this.#at)
      if (end > this.#bytes.length) return null
      texts.push(this.#bytes.toString('utf8', start, end))
      this.#at = end
    }
    return texts
  }
}
