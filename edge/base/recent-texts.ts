// Something for each text that came lately, such as what was found out about it. Bounded by two generations: when the younger is full it
// becomes the older one, whose texts are let go unless they come again. A flood of invented texts costs a making each and pushes old ones
// out, but takes no more memory, and no search for the oldest.

/** Things by texts. A text that comes again finds the thing that was made when it came first. */
export class RecentTexts<V extends object> {
  #younger = new Map<string, V>()
  #older = new Map<string, V>()
  readonly #maxYounger: number
  readonly #make: (text: string) => V
  readonly #maxLength: number

  /** @param max texts held @param make pure @param maxLength of a text that is held; for longer ones a thing is made each time */
  constructor(max: number, make: (text: string) => V, maxLength: number) {
    this.#maxYounger = Math.ceil(max / 2)
    this.#make = make
    this.#maxLength = maxLength
  }

  /** Texts held now. */
  get size(): number {
    return this.#younger.size + this.#older.size
  }

  /** What stands for a text. */
  get(text: string): V {
    return this.#younger.get(text) ?? this.#hold(text)
  }

  #hold(text: string): V {
    if (text.length > this.#maxLength) return this.#make(text)
    const own = detached(text)
    const held = this.#older.get(own) ?? this.#make(own)
    if (this.#younger.size >= this.#maxYounger) {
      this.#older = this.#younger
      this.#younger = new Map()
    }
    this.#older.delete(own)
    this.#younger.set(own, held)
    return held
  }
}

// A slice keeps the text alive that it was cut from, here a whole request head; a copy does not. Texts from the wire hold one byte
// per character.
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
