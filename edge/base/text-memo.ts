// What was found out about texts, remembered: targets, agents, hosts, addresses come again and again, and reading them costs more than a
// lookup. Bounded by two generations: when the younger is full it becomes the older one, whose texts are let go unless they come again.
// A flood of invented texts costs a reading each and pushes old findings out, but takes no more memory, and no search for the oldest.

/** Longer texts are read each time: few are, and they would take most of the room. */
const MAX_TEXT_LENGTH = 512

/** Remembers what `read` makes of texts. */
export class TextMemo<V> {
  #younger = new Map<string, V>()
  #older = new Map<string, V>()
  readonly #maxYounger: number
  readonly #read: (text: string) => V

  /** @param max texts remembered @param read pure; not undefined */
  constructor(max: number, read: (text: string) => V) {
    this.#maxYounger = Math.ceil(max / 2)
    this.#read = read
  }

  /** Texts remembered now. */
  get size(): number {
    return this.#younger.size + this.#older.size
  }

  /** What the text means. */
  get(text: string): V {
    const known = this.#younger.get(text)
    return known !== undefined ? known : this.#keep(text)
  }

  #keep(text: string): V {
    if (text.length > MAX_TEXT_LENGTH) return this.#read(text)
    const own = detached(text)
    const known = this.#older.get(own)
    const found = known !== undefined ? known : this.#read(own)
    if (this.#younger.size >= this.#maxYounger) {
      this.#older = this.#younger
      this.#younger = new Map()
    }
    this.#older.delete(own)
    this.#younger.set(own, found)
    return found
  }
}

// A slice keeps the text alive that it was cut from, here a whole request head; a copy does not. Texts from the wire hold one byte
// per character.
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
