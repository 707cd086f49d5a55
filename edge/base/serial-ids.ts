// Names for things in turn: a lead of the worker's own, and a number in base 36. Most of a name is the same for 1,296 things.

const DIGITS = 36
const LAST_TWO: readonly string[] = Array.from({ length: DIGITS ** 2 }, (_, n) => n.toString(DIGITS).padStart(2, '0'))

/** Gives each thing an id of its own. */
export class SerialIds {
  readonly #prefix: string
  #rest = 0
  #lead: string
  #at = 0

  /** @param prefix that nobody else has */
  constructor(prefix: string) {
    this.#prefix = `${prefix}-`
    this.#lead = this.#prefix
  }

  /** The next id: the prefix, `-`, a number. */
  next(): string {
    if (this.#at === LAST_TWO.length) {
      this.#rest += 1
      this.#lead = this.#prefix + this.#rest.toString(DIGITS)
      this.#at = 0
    }
    return this.#lead + LAST_TWO[this.#at++]!
  }
}
