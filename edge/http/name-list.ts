/** Names, some of them by their beginning: `utm_*` stands for all that begin with `utm_`. Case counts. */
export class NameList {
  readonly #exact: ReadonlySet<string>
  readonly #beginnings: readonly string[]

  /** @param names each whole, or with a `*` at its end */
  constructor(names: readonly string[]) {
    this.#exact = new Set(names.filter((name) => !name.endsWith('*')))
    this.#beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  }

  /** Whether it has no name at all. */
  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#beginnings.length === 0
  }

  /** Whether a name is among them. */
  has(name: string): boolean {
    return this.#exact.has(name) || this.#beginnings.some((beginning) => name.startsWith(beginning))
  }
}
