// One reader of a body that is being filled: it takes the chunks at its own pace, and once the body is kept whole goes on in the kept bytes.

import type { ArrivingBody } from '../cache/flights.ts'
import type { BodyFlow, BodySink } from '../http/body.ts'
import type { BodiesInUse } from './bodies-in-use.ts'
import { PacedBody } from './paced-body.ts'

/** The body as its readers see it. */
export interface Chunks {
  readonly lengthBytes: number | null
  /** The chunk with this number, from 0; undefined when it is not here yet. */
  at(number: number): Uint8Array | undefined
  /** A reader that had enough went on. */
  advanced(): void
  /** A reader went away. */
  left(reader: FillReader): void
}

type State =
  | { readonly is: 'live' }
  /** All that will come is in the chunks. */
  | { readonly is: 'last' }
  | { readonly is: 'rest'; readonly body: PacedBody }
  | { readonly is: 'failed'; readonly fault: unknown }
  | { readonly is: 'over' }

const LIVE: State = { is: 'live' }
const LAST: State = { is: 'last' }
const OVER: State = { is: 'over' }

/** A reader; a body itself, to be opened once. */
export class FillReader implements ArrivingBody, BodyFlow {
  /** Number of the chunk that it takes next. */
  next = 0
  readonly #chunks: Chunks
  readonly #inUse: BodiesInUse
  #sink: BodySink | null = null
  #state: State = LIVE
  #bytes = 0
  #paused = false
  #pumping = false

  constructor(chunks: Chunks, inUse: BodiesInUse) {
    this.#chunks = chunks
    this.#inUse = inUse
  }

  get lengthBytes(): number | null {
    return this.#chunks.lengthBytes
  }

  get cut(): boolean {
    return this.#state.is === 'failed'
  }

  /** Whether it takes chunks as they come. */
  get flowing(): boolean {
    return this.#sink !== null && !this.#paused && (this.#state.is === 'live' || this.#state.is === 'last')
  }

  open(sink: BodySink): BodyFlow {
    this.#sink = sink
    if (this.#state.is === 'rest') this.#state.body.open(sink)
    else if (this.#state.is === 'failed') this.failed(this.#state.fault)
    else this.resume()
    return this
  }

  /** Takes the chunks that are here. */
  pump(): void {
    // A reader that goes on while it is given a chunk is served by the loop that gives it.
    if (this.#pumping) return
    this.#pumping = true
    for (let chunk = this.#nextChunk(); chunk !== undefined; chunk = this.#nextChunk()) {
      this.next += 1
      this.#bytes += chunk.byteLength
      if (!this.#sink!.write(chunk)) this.#paused = true
    }
    this.#pumping = false
    if (this.flowing && this.#state.is === 'last') this.#end()
  }

  /** The body is whole, and kept: these are all its bytes. */
  whole(bytes: Uint8Array): void {
    if (this.#state.is !== 'live') return
    if (this.#sink !== null && this.#bytes === bytes.byteLength) return this.#end()
    const rest = this.#bytes < bytes.byteLength ? [bytes.subarray(this.#bytes)] : []
    const body = new PacedBody(bytes, this.#inUse, rest)
    this.#state = { is: 'rest', body }
    if (this.#paused) body.pause()
    if (this.#sink !== null) body.open(this.#sink)
  }

  /** The body is whole, and not kept: the rest of it is in the chunks. */
  last(): void {
    if (this.#state.is !== 'live') return
    this.#state = LAST
    this.pump()
  }

  /** The body broke off, or this reader was too slow for it: it must not look whole. */
  failed(fault: unknown): void {
    if (this.#state.is === 'over' || this.#state.is === 'rest') return
    this.#state = { is: 'failed', fault }
    if (this.#sink === null) return
    this.#state = OVER
    this.#sink.fail(fault)
  }

  pause(): void {
    this.#paused = true
    if (this.#state.is === 'rest') this.#state.body.pause()
  }

  resume(): void {
    this.#paused = false
    if (this.#state.is === 'rest') return this.#state.body.resume()
    this.pump()
    this.#chunks.advanced()
  }

  cancel(): void {
    const state = this.#state
    this.#state = OVER
    if (state.is === 'rest') state.body.cancel()
    else if (state.is !== 'over') this.#chunks.left(this)
  }

  #nextChunk(): Uint8Array | undefined {
    return this.flowing ? this.#chunks.at(this.next) : undefined
  }

  #end(): void {
    this.#state = OVER
    this.#chunks.left(this)
    this.#sink!.end()
  }
}
