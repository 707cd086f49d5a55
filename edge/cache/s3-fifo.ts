// S3-FIFO [1]: three queues instead of one. What is new waits in a small queue (a tenth of the room). If it was asked for at least twice by the
// time it is the oldest there, it moves to the main queue; if not, it goes, and only a fingerprint of it stays in the ghost list. What comes
// back while it is remembered goes straight to main. In main, the oldest gets another round for each time it was asked for, three at most.
// A scan or a crawl so passes through a tenth of the room and leaves the rest alone, and a hit moves nothing: it is one addition.
//
// Invariant: every node is in exactly one of the two queues, and `bytes` is the sum of both.
// Cost: hit and removal O(1); a drop O(1) on average, since each further round in main was paid for by a hit.
//
// [1] Yang et al., FIFO queues are all you need for cache eviction, SOSP 2023.

import { type FifoNode, FifoQueue } from './fifo-queue.ts'
import { GhostList } from './ghost-list.ts'

/** What the policy keeps of an entry. */
export interface S3Node extends FifoNode {
  /** Times it was asked for since it came or had its last round, 0 to 3. */
  hits: number
  readonly fingerprint: number
}

const SMALL_SHARE = 0.1
const HITS_FOR_MAIN = 2
const MAX_HITS = 3

/** Decides what goes when there is no room. Holds nodes, not entries. */
export class S3Fifo<Node extends S3Node> {
  readonly #small = new FifoQueue()
  readonly #main = new FifoQueue()
  readonly #ghosts: GhostList
  readonly #smallBytes: number

  /** @param options `maxBytes` is the room of both queues together; `maxGhosts` bounds the fingerprints kept, 16 to 32 bytes each */
  constructor(options: { readonly maxBytes: number; readonly maxGhosts: number }) {
    this.#smallBytes = options.maxBytes * SMALL_SHARE
    this.#ghosts = new GhostList(options.maxGhosts)
  }

  /** What all nodes weigh. */
  get bytes(): number {
    return this.#small.bytes + this.#main.bytes
  }

  /** How many nodes there are. */
  get count(): number {
    return this.#small.count + this.#main.count
  }

  /** Takes in a node that is in no queue. */
  insert(node: Node): void {
    const queue = this.#ghosts.has(node.fingerprint, this.count) ? this.#main : this.#small
    queue.push(node)
  }

  /** Says that a node was asked for. */
  hit(node: Node): void {
    if (node.hits < MAX_HITS) node.hits++
  }

  /** Changes what a node weighs. It keeps its place: a renewed answer is as wanted as the one before. */
  resize(node: Node, bytes: number): void {
    node.queue?.resize(node, bytes)
  }

  /** Takes out a node for another reason than room; its return is not awaited. */
  remove(node: Node): void {
    node.queue?.remove(node)
  }

  /** Takes out the node that is least worth its room. @returns null when there is none */
  evict(): Node | null {
    while (this.#small.oldest !== null && (this.#small.bytes > this.#smallBytes || this.#main.oldest === null)) {
      const node = this.#small.oldest as Node
      this.#small.remove(node)
      if (node.hits < HITS_FOR_MAIN) {
        this.#ghosts.add(node.fingerprint)
        return node
      }
      node.hits = 0
      this.#main.push(node)
    }
    return this.#evictFromMain()
  }

  #evictFromMain(): Node | null {
    for (;;) {
      const node = this.#main.oldest as Node | null
      if (node === null) return null
      this.#main.remove(node)
      if (node.hits === 0) return node
      node.hits--
      this.#main.push(node)
    }
  }
}
