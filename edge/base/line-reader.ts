// Cuts a stream of bytes into lines. A line is bounded in bytes and put together once, so that many small chunks cost no more
// than few large ones; a character that is split between two chunks stays whole.

const NEWLINE = 0x0a

/** Cuts chunks into lines of UTF-8, without their newline; empty lines are dropped. */
export class LineReader {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #waitingBytes = 0

  /** @param maxBytes the longest line, newline not counted */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that this chunk completes, or `too-long`; after that the reader is of no more use. */
  take(chunk: Buffer): string[] | 'too-long' {
    const lines: string[] = []
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#keep(chunk.subarray(from, end))) return 'too-long'
      const line = Buffer.concat(this.#parts).toString('utf8')
      if (line !== '') lines.push(line)
      this.#parts = []
      this.#waitingBytes = 0
      from = end + 1
    }
    return this.#keep(chunk.subarray(from)) ? lines : 'too-long'
  }

  #keep(part: Buffer): boolean {
    this.#waitingBytes += part.length
    if (this.#waitingBytes > this.#maxBytes) return false
    if (part.length > 0) this.#parts.push(part)
    return true
  }
}
