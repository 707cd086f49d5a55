// Requests that wait a moment for others like them, so that they can be sent as one.
//
// Invariant: whoever joined leaves, or is handed over once, together with all who joined the same batch and did not leave. A batch has
// one timer. Bounded: open batches, members and the text of their ids.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Cancel, Clock, Timers } from '../base/ports.ts'

/** Batches that are open at once; beyond them requests go alone. */
const MAX_OPEN = 500
/** Bytes that the ids of a batch come to, with what is between them: a request line of 8 KiB is read everywhere. */
const MAX_IDS_BYTES = 6_000
/** How long requests go alone after a batch that came to nothing. */
const REST_MS = 1_000

/** Who waits. */
export interface BatchMember {
  /** Its id as it goes to the origin, ASCII. */
  readonly id: string
}

/** How long and for how many a batch waits. */
export interface BatchRule {
  readonly windowMs: number
  readonly maxItems: number
}

/** What a batch is sent by: it gets whoever is in it when it closes. */
export type SendBatch<M> = (members: readonly M[]) => void

interface OpenBatch<M> {
  readonly key: string
  readonly members: Set<M>
  readonly send: SendBatch<M>
  readonly cancel: Cancel
  idsBytes: number
}

/** The batches of a worker. */
export class Batches<M extends BatchMember> {
  readonly #ports: { readonly clock: Clock; readonly timers: Timers }
  readonly #open = new Map<string, OpenBatch<M>>()
  readonly #restsUntilMs = new BoundedMap<string, number>({ max: MAX_OPEN, whenFull: 'evict-oldest' })

  constructor(ports: { readonly clock: Clock; readonly timers: Timers }) {
    this.#ports = ports
  }

  /** Batches that wait. */
  get open(): number {
    return this.#open.size
  }

  /**
   * Waits with those of the same key. @param send called once for a batch, of who opened it
   * @returns what takes the member out again, harmless when the batch is closed; null when it is to go alone
   */
  join(key: string, member: M, rule: BatchRule, send: SendBatch<M>): Cancel | null {
    if (member.id.length > MAX_IDS_BYTES || this.#rests(key)) return null
    const batch = this.#batchFor(key, member, rule, send)
    if (batch === null) return null
    batch.members.add(member)
    batch.idsBytes += member.id.length + 1
    if (batch.members.size >= rule.maxItems) this.#close(batch)
    return () => this.#leave(batch, member)
  }

  /** A batch of that key came to nothing: for a while there is none. */
  rest(key: string): void {
    this.#restsUntilMs.set(key, this.#ports.clock.monotonicMs() + REST_MS)
  }

  #rests(key: string): boolean {
    const untilMs = this.#restsUntilMs.get(key)
    if (untilMs === undefined) return false
    if (untilMs > this.#ports.clock.monotonicMs()) return true
    this.#restsUntilMs.delete(key)
    return false
  }

  #batchFor(key: string, { id }: M, rule: BatchRule, send: SendBatch<M>): OpenBatch<M> | null {
    const open = this.#open.get(key)
    if (open !== undefined && open.idsBytes + id.length <= MAX_IDS_BYTES) return open
    if (open !== undefined) this.#close(open)
    if (this.#open.size >= MAX_OPEN) return null
    const cancel = this.#ports.timers.after(rule.windowMs, () => this.#close(batch))
    const batch: OpenBatch<M> = { key, members: new Set(), send, cancel, idsBytes: 0 }
    this.#open.set(key, batch)
    return batch
  }

  #leave(batch: OpenBatch<M>, member: M): void {
    if (this.#open.get(batch.key) !== batch) return
    batch.members.delete(member)
    if (batch.members.size > 0) return
    this.#open.delete(batch.key)
    batch.cancel()
  }

  #close(batch: OpenBatch<M>): void {
    if (this.#open.get(batch.key) !== batch) return
    this.#open.delete(batch.key)
    batch.cancel()
    batch.send([...batch.members])
  }
}
