/** A place in one queue. The queue writes `queue`, `newer` and `older`; nobody else does. */
export interface FifoNode {
  /** What it weighs; 0 or more. Changed only through the queue. */
  bytes: number
  queue: FifoQueue | null
  newer: FifoNode | null
  older: FifoNode | null
}

/** First in, first out, weighed in bytes; any node can be taken out in O(1). */
export class FifoQueue {
  #newest: FifoNode | null = null
  #oldest: FifoNode | null = null
  #bytes = 0
  #count = 0

  /** Sum of what its nodes weigh. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many nodes there are. */
  get count(): number {
    return this.#count
  }

  /** The node that has been here longest, or null. */
  get oldest(): FifoNode | null {
    return this.#oldest
  }

  /** Adds a node that is in no queue, as the newest. */
  push(node: FifoNode): void {
    node.queue = this
    node.older = this.#newest
    node.newer = null
    if (this.#newest === null) this.#oldest = node
    else this.#newest.newer = node
    this.#newest = node
    this.#bytes += node.bytes
    this.#count++
  }

  /** Takes out a node that is in this queue. */
  remove(node: FifoNode): void {
    if (node.newer === null) this.#newest = node.older
    else node.newer.older = node.older
    if (node.older === null) this.#oldest = node.newer
    else node.older.newer = node.newer
    node.queue = null
    node.newer = null
    node.older = null
    this.#bytes -= node.bytes
    this.#count--
  }

  /** Changes what a node of this queue weighs, keeping its place. */
  resize(node: FifoNode, bytes: number): void {
    this.#bytes += bytes - node.bytes
    node.bytes = bytes
  }
}
