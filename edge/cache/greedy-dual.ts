// GreedyDual-Size-Frequency [1, 2]: everything kept has a rank; the lowest goes first. A rank is what the thing is worth, plus the rank of what
// was dropped last when the thing came or was last looked at: so what nobody asks for is overtaken in time, without clocks or timers.
//
// Worth is what keeping saves for each byte of room: (times asked for)^0.75, times the cost of a miss, one request and a little for its bytes.
// Once is worth a quarter of that curve: most of what is asked for once never is again. The bytes in the cost keep large and wanted things in.
//
// A hit is one addition to its node. Ranks are put right when a node is the lowest: if it was asked for, it gets a new rank and another one is
// looked at. Each such look was paid for by a hit, so a drop costs O(log n) on average.
//
// Times asked for fade: every 32 requests for each node kept, an age ends and all counts halve (each when it is next looked at). What was
// dropped is remembered with its count (`GhostCounts`), so what comes back is not a stranger.
//
// [1] Cherkasova, Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching policy, HP 1998.
// [2] Einziger et al., TinyLFU: a highly efficient cache admission policy, 2015 (aging, and the contests of two of the regimes).

import { GhostCounts } from './ghost-counts.ts'
import { type Ranked, RankHeap } from './rank-heap.ts'

/** What the policy keeps of an entry. Only the policy writes it. */
export interface Tenant extends Ranked {
  readonly fingerprint: number
  /** What it weighs, 1 or more. */
  bytes: number
  /** Times it was asked for since it was last looked at. */
  hits: number
  /** Times it had been asked for by then. */
  times: number
  /** The age `times` was right in. */
  age: number
}

/**
 * Who may stay when there is no room.
 * `open`: the lowest rank goes, newcomer or not. `recent`: the same, but nothing counts except when it was last asked for.
 * `contested`: a newcomer must be worth more than each that would go for it. `proven`: so without this request, which defeats loops.
 */
export type Regime = 'open' | 'recent' | 'contested' | 'proven'

/** What the bytes of a miss cost, beside the request: for a thing of mean size. */
export const BYTES_COST = 0.15
const MAX_TIMES = 63
const MAX_HITS = 255
const WORTH_OF_TIMES = Float64Array.from({ length: MAX_TIMES + 1 }, (_, times) => (times === 1 ? 0.25 : times ** 0.75))
const REQUESTS_PER_AGE = 32
const MIN_COUNT_FOR_AGE = 64
const GHOSTS_PER_NODE = 2

/** Decides what goes when there is no room. Holds nodes, not entries. */
export class GreedyDual<Node extends Tenant> {
  /** In force from the next drop on. */
  regime: Regime = 'contested'
  readonly #heap = new RankHeap<Node>()
  readonly #ghosts = new GhostCounts()
  #maxBytes: number
  #bytes = 0
  /** The rank of what was dropped last. */
  #floor = 0
  #age = 0
  #requests = 0

  /** @param maxBytes room for all nodes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Room for all nodes. */
  get maxBytes(): number {
    return this.#maxBytes
  }

  /** Less room or more from now on; `makeRoom` drops what is too much. */
  set maxBytes(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** What all nodes weigh. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many nodes there are. */
  get count(): number {
    return this.#heap.count
  }

  /** All nodes, in no order. */
  nodes(): Iterable<Node> {
    return this.#heap
  }

  /** Says that a node was asked for. */
  hit(node: Node): void {
    if (node.hits < MAX_HITS) node.hits++
    this.#requests++
  }

  /** Takes in a node that is not here, and drops what has to go for it; that may be the node itself. @param dropped is told of each */
  insert(node: Node, dropped: (node: Node) => void): void {
    this.#requests++
    this.#endAge()
    node.times = Math.min(MAX_TIMES, this.#ghosts.count(node.fingerprint, this.#age) + 1)
    node.age = this.#age
    const isContested = this.regime === 'contested' || this.regime === 'proven'
    if (isContested && !this.#wins(node, dropped)) {
      this.#remember(node)
      dropped(node)
      return
    }
    this.#bytes += node.bytes
    this.#heap.push(node, this.#floor + this.#worth(node, node.times))
    this.#ghosts.reserve(this.count * GHOSTS_PER_NODE)
    this.makeRoom(dropped)
  }

  /** Takes out a node for another reason than room; its return is not awaited. */
  remove(node: Node): void {
    this.#heap.remove(node)
    this.#bytes -= node.bytes
  }

  /** Changes what a node weighs. It keeps its rank until it is the lowest: a renewed answer is as wanted as the one before. */
  resize(node: Node, bytes: number): void {
    this.#bytes += bytes - node.bytes
    node.bytes = bytes
  }

  /** Drops the lowest until all fit. */
  makeRoom(dropped: (node: Node) => void): void {
    while (this.#bytes > this.#maxBytes) {
      const node = this.#lowest()
      if (node === null) return
      this.#drop(node)
      dropped(node)
    }
  }

  /** Drops those that a newcomer needs the room of, as long as it is worth more than each. @returns whether there is room now */
  #wins(node: Node, dropped: (node: Node) => void): boolean {
    const worth = this.#worth(node, this.regime === 'proven' ? node.times - 1 : node.times)
    while (this.#bytes + node.bytes > this.#maxBytes) {
      const rival = this.#lowest()
      if (rival === null || this.#worth(rival, rival.times) >= worth) return false
      this.#drop(rival)
      dropped(rival)
    }
    return true
  }

  /** The node that is least worth its room. */
  #lowest(): Node | null {
    for (;;) {
      const node = this.#heap.lowest
      if (node === null || node.hits === 0) return node
      this.#settle(node)
      const rank = this.#floor + this.#worth(node, node.times)
      if (rank > this.#heap.rankOf(node)) this.#heap.raise(node, rank)
    }
  }

  #drop(node: Node): void {
    this.#floor = this.#heap.rankOf(node)
    this.remove(node)
    this.#remember(node)
  }

  #remember(node: Node): void {
    this.#settle(node)
    if (node.times > 0) this.#ghosts.add(node.fingerprint, node.times, this.#age)
  }

  /** Brings `times` up to date. */
  #settle(node: Node): void {
    node.times = Math.min(MAX_TIMES, (node.times >> Math.min(this.#age - node.age, 31)) + node.hits)
    node.age = this.#age
    node.hits = 0
  }

  #worth(node: Node, times: number): number {
    const perMeanByte = this.count === 0 ? 1 / node.bytes : this.count / this.#bytes
    if (this.regime === 'recent') return perMeanByte
    return WORTH_OF_TIMES[times]! * (1 / node.bytes + BYTES_COST * perMeanByte)
  }

  #endAge(): void {
    if (this.#requests < REQUESTS_PER_AGE * Math.max(MIN_COUNT_FOR_AGE, this.count)) return
    this.#requests = 0
    this.#age++
  }
}
