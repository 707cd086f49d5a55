/** What a heap can hold. */
export interface Ranked {
  /** Where it is in its heap, -1 when it is in none. The heap writes it; nobody else does. */
  place: number
}

const FIRST_ROOM = 64

/**
 * Nodes by rank, the lowest first: a binary heap, its ranks beside it in a flat array, so that comparing touches no node.
 * Push, removal and a change of rank take O(log n).
 */
export class RankHeap<Node extends Ranked> {
  readonly #nodes: Node[] = []
  #ranks = new Float64Array(FIRST_ROOM)

  /** How many nodes there are. */
  get count(): number {
    return this.#nodes.length
  }

  /** The node of the lowest rank, or null. */
  get lowest(): Node | null {
    return this.#nodes[0] ?? null
  }

  /** The rank of a node of this heap. */
  rankOf(node: Node): number {
    return this.#ranks[node.place]!
  }

  /** Takes in a node that is in no heap. */
  push(node: Node, rank: number): void {
    const place = this.#nodes.length
    if (place === this.#ranks.length) this.#grow()
    this.#nodes.push(node)
    this.#rise(node, rank, place)
  }

  /** Takes out a node of this heap. */
  remove(node: Node): void {
    const place = node.place
    node.place = -1
    const last = this.#nodes.pop()!
    if (last === node) return
    // The last one fills the gap, and may belong above it or below.
    const rank = this.#ranks[this.#nodes.length]!
    if (this.#rise(last, rank, place) === place) this.#sink(last, rank, place)
  }

  /** Gives a node of this heap a rank that is not lower than the one it has. */
  raise(node: Node, rank: number): void {
    this.#sink(node, rank, node.place)
  }

  /** All nodes, in no order. */
  [Symbol.iterator](): Iterator<Node> {
    return this.#nodes[Symbol.iterator]()
  }

  /** Moves a node up from a place to where it belongs. @returns that place */
  #rise(node: Node, rank: number, from: number): number {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      if (this.#ranks[above]! <= rank) break
      this.#set(place, this.#nodes[above]!, this.#ranks[above]!)
      place = above
    }
    this.#set(place, node, rank)
    return place
  }

  #sink(node: Node, rank: number, from: number): void {
    const count = this.#nodes.length
    let place = from
    for (;;) {
      let below = 2 * place + 1
      if (below >= count) break
      if (below + 1 < count && this.#ranks[below + 1]! < this.#ranks[below]!) below++
      if (this.#ranks[below]! >= rank) break
      this.#set(place, this.#nodes[below]!, this.#ranks[below]!)
      place = below
    }
    this.#set(place, node, rank)
  }

  #set(place: number, node: Node, rank: number): void {
    this.#nodes[place] = node
    this.#ranks[place] = rank
    node.place = place
  }

  #grow(): void {
    const ranks = new Float64Array(this.#ranks.length * 2)
    ranks.set(this.#ranks)
    this.#ranks = ranks
  }
}
