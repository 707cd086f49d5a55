// What was found out about texts, remembered: agents, hosts, addresses come again and again, and reading them costs more than a lookup.
// Bounded: the oldest finding goes. A flood of invented texts costs a reading each and pushes old findings out, but takes no more memory.

import { BoundedMap } from './bounded-map.ts'

/** Remembers what `read` makes of texts. */
export class TextMemo<V> {
  readonly #known: BoundedMap<string, V>
  readonly #read: (text: string) => V

  /** @param max texts remembered @param read pure; not undefined */
  constructor(max: number, read: (text: string) => V) {
    this.#known = new BoundedMap({ max, whenFull: 'evict-oldest' })
    this.#read = read
  }

  /** Texts remembered now. */
  get size(): number {
    return this.#known.size
  }

  /** What the text means. */
  get(text: string): V {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const found = this.#read(text)
    this.#known.set(detached(text), found)
    return found
  }
}

// A slice keeps the text alive that it was cut from, here a whole request head; a copy does not. Texts from the wire hold one byte
// per character.
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
