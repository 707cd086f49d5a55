// What was found out about texts, remembered: targets, agents, hosts, addresses come again and again, and reading them costs more than a
// lookup. Bounded by two generations: when the younger is full it becomes the older one, whose texts are let go unless they come again.
// A flood of invented texts costs a reading each and pushes old findings out, but takes no more memory, and no search for the oldest.

/** Longer texts are read each time: few are, and they would take most of the room. */
const MAX_LENGTH = 512

/** A text, and what was found out about it. */
export interface Known<V> {
  readonly text: string
  readonly found: V
  /** The memo that knows it: what one site makes of a text, the next may see otherwise. */
  readonly by: TextMemo<V>
}

/** Remembers what `read` makes of texts. */
export class TextMemo<V> {
  #younger = new Map<string, Known<V>>()
  #older = new Map<string, Known<V>>()
  readonly #maxYounger: number
  readonly #read: (text: string) => V
  readonly #maxLength: number

  /** @param max texts remembered @param read pure @param maxLength of a text that is remembered */
  constructor(max: number, read: (text: string) => V, maxLength = MAX_LENGTH) {
    this.#maxYounger = Math.ceil(max / 2)
    this.#read = read
    this.#maxLength = maxLength
  }

  /** Texts remembered now. */
  get size(): number {
    return this.#younger.size + this.#older.size
  }

  /** What the text means. */
  get(text: string): V {
    return this.again(text, null).found
  }

  /** The same. @param last what was known last time in the same place: a connection says the same of itself in each request */
  again(text: string, last: Known<V> | null): Known<V> {
    if (last !== null && last.by === this && last.text === text) return last
    return this.#younger.get(text) ?? this.#keep(text)
  }

  #keep(text: string): Known<V> {
    if (text.length > this.#maxLength) return { text, found: this.#read(text), by: this }
    const known = this.#older.get(text) ?? this.#readFirst(text)
    if (this.#younger.size >= this.#maxYounger) {
      this.#older = this.#younger
      this.#younger = new Map()
    }
    this.#older.delete(known.text)
    this.#younger.set(known.text, known)
    return known
  }

  #readFirst(text: string): Known<V> {
    const own = detached(text)
    return { text: own, found: this.#read(own), by: this }
  }
}

// A slice keeps the text alive that it was cut from, here a whole request head; a copy does not. Texts from the wire hold one byte
// per character.
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
