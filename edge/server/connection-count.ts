// How many connections a worker has, in all and from each address. Bounded by the first: an address is forgotten with its last connection.

/** Why a connection is not taken. */
export type CountRefusal = 'max-connections' | 'max-per-address'

/** Counts connections. */
export class ConnectionCount {
  readonly #max: number
  readonly #maxPerAddress: number
  readonly #byAddress = new Map<string, number>()
  #all = 0

  constructor(max: number, maxPerAddress: number) {
    this.#max = max
    this.#maxPerAddress = maxPerAddress
  }

  /** Connections now. */
  get all(): number {
    return this.#all
  }

  /** Counts one more, or says why there may not be one. @param bounded `no` for who speaks for many, such as a balancer */
  enter(address: string, bounded: 'yes' | 'no'): CountRefusal | null {
    if (this.#all >= this.#max) return 'max-connections'
    const before = this.#byAddress.get(address) ?? 0
    if (bounded === 'yes' && before >= this.#maxPerAddress) return 'max-per-address'
    this.#all += 1
    this.#byAddress.set(address, before + 1)
    return null
  }

  /** One that was counted is over. */
  leave(address: string): void {
    this.#all -= 1
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }
}
