import { GreedyDual, type Regime, type Tenant } from './greedy-dual.ts'
import { RegimeChoice } from './regime-choice.ts'

// A node that was asked for before rehearsals began is shown to them once, and so many times more at most.
const MAX_RECALLED = 3

/**
 * Decides what goes when there is no room, and adapts to what is asked for: a `GreedyDual` under the regime that does best in rehearsal.
 * As long as everything fits, nothing is rehearsed.
 */
export class Eviction<Node extends Tenant> {
  readonly #policy: GreedyDual<Node>
  #choice: RegimeChoice | null = null
  readonly #dropped: (node: Node) => void

  /** @param maxBytes room for all nodes @param dropped is told of each node that had to go for lack of room */
  constructor(maxBytes: number, dropped: (node: Node) => void) {
    this.#policy = new GreedyDual(maxBytes)
    this.#dropped = dropped
  }

  /** What all nodes weigh. */
  get bytes(): number {
    return this.#policy.bytes
  }

  /** How many nodes there are. */
  get count(): number {
    return this.#policy.count
  }

  /** The regime in force. */
  get regime(): Regime {
    return this.#policy.regime
  }

  /** Says that a node was asked for. */
  hit(node: Node): void {
    this.#policy.hit(node)
    if (this.#choice?.samples(node.fingerprint)) this.#note(this.#choice, node)
  }

  /** Takes in a node that is not here. What had to go for it, maybe the node itself, is gone when this returns. */
  insert(node: Node): void {
    if (this.#choice === null && this.bytes + node.bytes > this.#policy.maxBytes) this.#choice = this.#rehearse()
    if (this.#choice?.samples(node.fingerprint)) this.#note(this.#choice, node)
    this.#policy.insert(node, this.#dropped)
  }

  /** Changes what a node weighs; others may have to go for it, or the node itself. */
  resize(node: Node, bytes: number): void {
    this.#policy.resize(node, bytes)
    this.#policy.makeRoom(this.#dropped)
  }

  /** Takes out a node for another reason than room. */
  remove(node: Node): void {
    this.#policy.remove(node)
  }

  /** Rehearsals that know what is kept already. */
  #rehearse(): RegimeChoice {
    const choice = new RegimeChoice(this.#policy.maxBytes, this.count)
    for (const node of this.#policy.nodes()) {
      if (!choice.samples(node.fingerprint)) continue
      for (let times = Math.min(node.hits, MAX_RECALLED); times >= 0; times--) choice.note(node.fingerprint, node.bytes)
    }
    return choice
  }

  #note(choice: RegimeChoice, node: Node): void {
    choice.note(node.fingerprint, node.bytes)
    this.#policy.regime = choice.regime
  }
}
