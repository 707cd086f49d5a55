// The fleet: every edge that was heard of, connected or gone. Bounded; when it is full the edge that is gone longest makes room,
// and when all are connected a new one is refused.

import { DAY_MS } from '../../edge/contract/units.ts'
import type { Ack, EdgeBeat, Hello, Nack } from './edge-message.ts'
import { type EdgeState, edgeOnGone, edgeOnHello, edgeOnMessage } from './edge-state.ts'

/** The most edges that are known at once. */
export const MAX_EDGES = 10_000
/** An edge that is gone for longer is forgotten: names that are made anew with each start would pile up otherwise. */
export const FORGET_AFTER_MS = DAY_MS

/** Every edge that was heard of. */
export class Fleet {
  readonly #edges = new Map<string, EdgeState>()
  readonly #max: number

  /** @param max the most edges that are known at once */
  constructor(max: number = MAX_EDGES) {
    this.#max = max
  }

  /** Edges that have a stream open. */
  get connected(): number {
    let count = 0
    for (const edge of this.#edges.values()) if (edge.connection.state === 'connected') count++
    return count
  }

  /** What is known of an edge, or undefined. */
  edge(edgeId: string): EdgeState | undefined {
    return this.#edges.get(edgeId)
  }

  /** All edges, sorted by id. */
  edges(): readonly EdgeState[] {
    return [...this.#edges.values()].sort((a, b) => (a.edgeId < b.edgeId ? -1 : 1))
  }

  /** Takes an edge in, or back. @returns false when the fleet is full of connected edges */
  hello(hello: Hello, address: string, nowMs: number): boolean {
    const before = this.#edges.get(hello.edgeId)
    if (!before && this.#edges.size >= this.#max && !this.#makeRoom()) return false
    this.#edges.set(hello.edgeId, edgeOnHello(before, hello, address, nowMs))
    return true
  }

  /** Notes what an edge said; an edge that never said hello is not noted. */
  message(edgeId: string, message: Ack | Nack | EdgeBeat, nowMs: number): void {
    const before = this.#edges.get(edgeId)
    if (before) this.#edges.set(edgeId, edgeOnMessage(before, message, nowMs))
  }

  /** Notes that the stream of an edge has ended. */
  gone(edgeId: string, reason: string, nowMs: number): void {
    const before = this.#edges.get(edgeId)
    if (before) this.#edges.set(edgeId, edgeOnGone(before, reason, nowMs))
  }

  /** Forgets edges that are gone for longer than `FORGET_AFTER_MS`. */
  forgetGone(nowMs: number): void {
    for (const [edgeId, { connection }] of this.#edges) {
      if (connection.state === 'gone' && nowMs - connection.sinceMs > FORGET_AFTER_MS) this.#edges.delete(edgeId)
    }
  }

  #makeRoom(): boolean {
    let longest: EdgeState | null = null
    for (const edge of this.#edges.values()) {
      if (edge.connection.state === 'gone' && (!longest || edge.connection.sinceMs < longest.connection.sinceMs)) longest = edge
    }
    return longest !== null && this.#edges.delete(longest.edgeId)
  }
}
