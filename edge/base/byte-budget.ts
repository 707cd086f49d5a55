// How many bytes of bodies one worker may hold at once. Bounds per exchange are not enough: thousands of slow clients, each within
// its own bound, would together take all the memory there is.

/** A budget of bytes: numbers only, since it is asked for every chunk. */
export class ByteBudget {
  readonly maxBytes: number
  #usedBytes = 0
  #overgivenBytes = 0

  /** @param maxBytes 1 or more */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Bytes taken or held, and not given back. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Whether there is no room for one byte more. */
  get full(): boolean {
    return this.#usedBytes >= this.maxBytes
  }

  /** Bytes given back that nobody had; more than 0 is a fault of the code, and tests look for it. */
  get overgivenBytes(): number {
    return this.#overgivenBytes
  }

  /**
   * Takes room for what need not be kept. @returns false, with nothing taken, when there is not room for all of it
   * @param upToBytes where there is no room any more for this use; the rest is left to others
   */
  take(bytes: number, upToBytes: number = this.maxBytes): boolean {
    if (this.#usedBytes + bytes > upToBytes) return false
    this.#usedBytes += bytes
    return true
  }

  /** Counts what is here already and cannot be refused any more; the budget may be exceeded by it. */
  hold(bytes: number): void {
    this.#usedBytes += bytes
  }

  /** Gives back what was taken or held. Never goes below zero. */
  give(bytes: number): void {
    const leftBytes = this.#usedBytes - bytes
    this.#usedBytes = Math.max(0, leftBytes)
    if (leftBytes < 0) this.#overgivenBytes -= leftBytes
  }
}
