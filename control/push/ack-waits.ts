// Waiting until the edges have said what they make of a change. Every wait has a deadline, and there are only so many at once:
// one too many is answered as things stand.

import type { Timers } from '../../edge/base/ports.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import type { Ack, Nack, What } from '../domain/edge-message.ts'

/** The most waits at once. */
export const MAX_WAITS = 1_000
// Edges share their problems: a few of them say enough.
const MAX_REFUSALS = 10
const MAX_MISSING = 100

/** What the edges said to a change so far. */
export interface Confirmation {
  /** Edges that have it in force. */
  readonly acked: number
  /** Edges that refuse it and go on with what they have. */
  readonly nacked: number
  /** Edges that were connected when it was sent. */
  readonly of: number
  /** From sending it to the last answer, or to the deadline. */
  readonly afterMs: number
  /** Of a purge: those that have not said so, the first of them; absent when there are none. */
  readonly missing?: readonly string[]
  /** What the first edges that refused it said; absent when none did. */
  readonly problems?: readonly { readonly edgeId: string; readonly problems: readonly Problem[] }[]
}

interface Wait {
  readonly what: What
  readonly seq: number
  readonly of: number
  readonly pending: Set<string>
  readonly refusals: { readonly edgeId: string; readonly problems: readonly Problem[] }[]
  acked: number
  nacked: number
  finish(): void
}

/** All waits for acknowledgements. */
export class AckWaits {
  readonly #waits = new Set<Wait>()
  readonly #timers: Timers
  readonly #monotonicMs: () => number

  constructor(timers: Timers, monotonicMs: () => number) {
    this.#timers = timers
    this.#monotonicMs = monotonicMs
  }

  /**
   * Waits until each of `edgeIds` has answered to `seq` or to a later one (a slow edge only gets the newest), or is gone.
   * @param waitMs 0 answers at once
   */
  wait(what: What, seq: number, edgeIds: Iterable<string>, waitMs: number): Promise<Confirmation> {
    const pending = new Set(edgeIds)
    const startedAtMs = this.#monotonicMs()
    return new Promise((resolve) => {
      const wait: Wait = { what, seq, of: pending.size, pending, refusals: [], acked: 0, nacked: 0, finish: () => {} }
      const done = () => resolve(confirmationOf(wait, this.#monotonicMs() - startedAtMs))
      if (waitMs === 0 || pending.size === 0 || this.#waits.size >= MAX_WAITS) return done()
      const cancel = this.#timers.after(waitMs, () => wait.finish())
      wait.finish = () => {
        cancel()
        this.#waits.delete(wait)
        done()
      }
      this.#waits.add(wait)
    })
  }

  /** Notes the answer of an edge. */
  answer(edgeId: string, message: Ack | Nack): void {
    for (const wait of [...this.#waits]) {
      if (wait.what !== message.what || message.seq < wait.seq || !wait.pending.delete(edgeId)) continue
      if (message.type === 'ack') wait.acked++
      else {
        wait.nacked++
        if (wait.refusals.length < MAX_REFUSALS) wait.refusals.push({ edgeId, problems: message.problems })
      }
      if (wait.pending.size === 0) wait.finish()
    }
  }

  /**
   * Waits no longer for an edge: it is gone, and will be sent what stands when it is back. But for purges: an edge that is only cut off
   * goes on serving what was purged, so who waits has to hear of it.
   */
  gone(edgeId: string): void {
    for (const wait of [...this.#waits]) {
      if (wait.what === 'purge') continue
      if (wait.pending.delete(edgeId) && wait.pending.size === 0) wait.finish()
    }
  }

  /** An edge that came back says how far it is. */
  back(edgeId: string, purgeSeq: number, atMs: number): void {
    this.answer(edgeId, { type: 'ack', what: 'purge', seq: purgeSeq, atMs })
  }

  /** Ends all waits as they stand. */
  close(): void {
    for (const wait of [...this.#waits]) wait.finish()
  }
}

function confirmationOf(wait: Wait, afterMs: number): Confirmation {
  const { acked, nacked, of, refusals, pending } = wait
  const missing = wait.what === 'purge' && pending.size > 0 ? { missing: [...pending].sort().slice(0, MAX_MISSING) } : {}
  return { acked, nacked, of, afterMs: Math.round(afterMs), ...missing, ...(refusals.length > 0 ? { problems: refusals } : {}) }
}
