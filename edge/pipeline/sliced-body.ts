// A part cut out of a body that is on its way. The client gets its bytes as they come by and is done with the last of them; the body is
// read on to its end all the same, since it is being kept.

import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import type { Span } from '../http/range.ts'

/** The bytes of one span of a body. */
export class SlicedBody implements Body, BodyFlow, BodySink {
  readonly #body: Body
  readonly #span: Span
  #sink: BodySink | null = null
  #flow: BodyFlow | null = null
  #at = 0

  /** @param span within the body @param body bounded, for it is read to its end whoever leaves */
  constructor(body: Body, span: Span) {
    this.#body = body
    this.#span = span
  }

  get lengthBytes(): number {
    return this.#span.last - this.#span.first + 1
  }

  open(sink: BodySink): BodyFlow {
    this.#sink = sink
    this.#flow = this.#body.open(this)
    return this
  }

  write(chunk: Uint8Array): boolean {
    const { first, last } = this.#span
    const from = Math.max(first - this.#at, 0)
    const to = Math.min(last + 1 - this.#at, chunk.byteLength)
    this.#at += chunk.byteLength
    const sink = this.#sink
    if (sink === null || from >= to) return true
    const wantsMore = sink.write(chunk.subarray(from, to))
    if (this.#at <= last) return wantsMore
    // The reader may have left while it was given these bytes.
    this.#leave()?.end()
    return true
  }

  end(): void {
    this.#leave()?.fail(new RangeError('the body is shorter than it said'))
  }

  fail(fault: unknown): void {
    this.#leave()?.fail(fault)
  }

  pause(): void {
    if (this.#sink !== null) this.#flow?.pause()
  }

  resume(): void {
    this.#flow?.resume()
  }

  cancel(): void {
    if (this.#leave() !== null) this.#flow?.resume()
  }

  #leave(): BodySink | null {
    const sink = this.#sink
    this.#sink = null
    return sink
  }
}
