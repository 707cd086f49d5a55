// A read of one item that waits for its part of a bulk answer.

import { EdgeError } from '../base/edge-error.ts'
import type { BatchMember } from '../resilience/batches.ts'
import type { Fetched } from './send-to-pool.ts'

/** What a bulk answer gave for one item. */
export interface BulkPart {
  readonly fetched: Fetched
  /** Who gave it. */
  readonly peer: string
  readonly tries: number
  /** Items that were asked for with it, itself included. */
  readonly items: number
}

/** A read of one item that waits. Settled once: by its part, by word that there is none, or by its client leaving. */
export class BatchedRead implements BatchMember {
  /** Percent-encoded. */
  readonly id: string
  /** The same, decoded: what origins call the item. */
  readonly name: string
  /** Its part; null when it is to be asked for alone. Rejects with CLIENT_GONE. */
  readonly part: Promise<BulkPart | null>
  readonly #settle = Promise.withResolvers<BulkPart | null>()
  #onLeft: () => void = () => {}
  #left = false

  constructor(name: string) {
    this.name = name
    this.id = encodeURIComponent(name)
    this.part = this.#settle.promise
  }

  /** Whether its client has left. */
  get left(): boolean {
    return this.#left
  }

  /** What is called when its client leaves; the last given counts. */
  set onLeft(told: () => void) {
    this.#onLeft = told
  }

  /** Gives its part, or null for none; later calls do nothing. */
  give(part: BulkPart | null): void {
    this.#settle.resolve(part)
  }

  /** Its client has left. */
  leave(): void {
    this.#left = true
    this.#settle.reject(new EdgeError('CLIENT_GONE'))
    this.#onLeft()
  }
}
