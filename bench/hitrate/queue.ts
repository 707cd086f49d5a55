/** Keys in the order they came, weighed; any can be taken out in O(1). */
export class Queue {
  bytes = 0
  count = 0
  oldest = -1
  #newest = -1
  readonly #newer: Int32Array
  readonly #older: Int32Array
  readonly #sizes: Float64Array

  /** @param sizes by key; shared by all queues of a cache */
  constructor(sizes: Float64Array) {
    this.#sizes = sizes
    this.#newer = new Int32Array(sizes.length).fill(-1)
    this.#older = new Int32Array(sizes.length).fill(-1)
  }

  /** Adds a key that is not here, as the newest. */
  push(key: number): void {
    this.#older[key] = this.#newest
    this.#newer[key] = -1
    if (this.#newest === -1) this.oldest = key
    else this.#newer[this.#newest] = key
    this.#newest = key
    this.bytes += this.#sizes[key]!
    this.count++
  }

  /** Takes out a key that is here. */
  remove(key: number): void {
    const [newer, older] = [this.#newer[key]!, this.#older[key]!]
    if (newer === -1) this.#newest = older
    else this.#older[newer] = older
    if (older === -1) this.oldest = newer
    else this.#newer[older] = newer
    this.bytes -= this.#sizes[key]!
    this.count--
  }

  /** Takes out the oldest and gives it. */
  shift(): number {
    const key = this.oldest
    this.remove(key)
    return key
  }

  /** The key that came after, -1 for none. */
  newerThan(key: number): number {
    return this.#newer[key]!
  }
}
