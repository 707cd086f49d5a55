// A body passed on as it comes. What its reader could not take at once waits in memory, and counts against the budget of the worker
// until the reader has taken it: bounded per exchange by the pause that follows, but not over thousands of slow readers.

import type { ByteBudget } from '../base/byte-budget.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'

/** The same body; what waits for its reader is held against the budget. @param over called once, with the fault that the body broke off with; null where it ended or its reader left */
export function heldBody(body: Body, budget: ByteBudget, over: (fault: unknown) => void = () => {}): Body {
  return { lengthBytes: body.lengthBytes, open: (sink) => new HeldFlow(sink, budget, over).begin(body) }
}

class HeldFlow implements BodySink, BodyFlow {
  readonly #sink: BodySink
  readonly #budget: ByteBudget
  readonly #onOver: (fault: unknown) => void
  #flow: BodyFlow | null = null
  #heldBytes = 0
  #over = false

  constructor(sink: BodySink, budget: ByteBudget, onOver: (fault: unknown) => void) {
    this.#sink = sink
    this.#budget = budget
    this.#onOver = onOver
  }

  begin(body: Body): BodyFlow {
    this.#flow = body.open(this)
    return this
  }

  write(chunk: Uint8Array): boolean {
    const wantsMore = this.#sink.write(chunk)
    // A reader may let go of the body while it is given a chunk.
    if (wantsMore || this.#over) return wantsMore
    this.#heldBytes += chunk.byteLength
    this.#budget.hold(chunk.byteLength)
    return false
  }

  end(): void {
    this.#finish(null)
    this.#sink.end()
  }

  fail(fault: unknown): void {
    this.#finish(fault)
    this.#sink.fail(fault)
  }

  pause(): void {
    this.#flow?.pause()
  }

  resume(): void {
    this.#give()
    this.#flow?.resume()
  }

  cancel(): void {
    this.#finish(null)
    this.#flow?.cancel()
  }

  #finish(fault: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#give()
    this.#onOver(fault)
  }

  #give(): void {
    if (this.#heldBytes === 0) return
    this.#budget.give(this.#heldBytes)
    this.#heldBytes = 0
  }
}
