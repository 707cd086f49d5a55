// A body on its way from the origin, copied for the cache, and read by everybody who asked for it meanwhile.
//
// While it is copied it comes as fast as the origin sends it: nobody who reads slowly, the first client among them, holds up the cache or the
// others. The copy is bounded, by itself and together with all that the worker holds. Beyond either bound it is not kept any more, and only
// what some reader has still to take is held: the fastest reader sets the pace then, and those who fall behind it by more than the bound are
// cut off. One that reads alone is the fastest, and never cut.
//
// Invariant: a reader gets all bytes and the end, or a fault; never less that looks whole (RFC 9112 §8).

import type { ByteBudget } from '../base/byte-budget.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Body, BodyFlow, BodySink } from '../http/body.ts'
import type { BodiesInUse } from './bodies-in-use.ts'
import { type Chunks, FillReader } from './fill-reader.ts'

/** The share of the budget beyond which nothing is copied. A copy can be done without: it must not be what clients are refused for. */
const COPIES_RATIO = 0.5

/** What became of the copy; exactly one of the four is called. */
export interface FillingEnd {
  /** @returns the bytes as they are kept: whoever still reads goes on in them */
  whole(bytes: Uint8Array): Uint8Array
  tooLong(): void
  /** The worker holds too much already. */
  noRoom(): void
  /** The body broke off, or nobody reads it any more: a part must never pass for the whole (RFC 9111 §3.3). */
  cut(): void
}

/** How long a copy may be, and what it is counted against. */
export interface FillingBounds {
  readonly maxBytes: number
  readonly budget: ByteBudget
  /** Counts kept bytes while slow clients read them. */
  readonly inUse: BodiesInUse
}

/** A body that is being filled. */
export class Filling implements BodySink, Chunks {
  readonly lengthBytes: number | null
  readonly #bounds: FillingBounds
  readonly #end: FillingEnd
  readonly #readers = new Set<FillReader>()
  #state: 'copying' | 'passing' | 'whole' | 'failed' | 'over' = 'copying'
  /** What is held, from the chunk numbered `#first`. */
  #chunks: Uint8Array[] = []
  #first = 0
  #heldBytes = 0
  #kept: Uint8Array | null = null
  #fault: unknown = null
  #flow: BodyFlow | null = null
  #waiting = false

  constructor(lengthBytes: number | null, bounds: FillingBounds, end: FillingEnd) {
    this.lengthBytes = lengthBytes
    this.#bounds = bounds
    this.#end = end
  }

  /** How many read it now. */
  get readers(): number {
    return this.#readers.size
  }

  /** One more reader, from the first byte, for as long as the body is copied or kept; to be opened or discarded. */
  reader(): FillReader {
    const reader = new FillReader(this, this.#bounds.inUse)
    if (this.#kept !== null) reader.whole(this.#kept)
    else if (this.#state === 'failed' || this.#state === 'over' || this.#first > 0) reader.failed(this.#fault ?? tooSlow())
    else this.#readers.add(reader)
    return reader
  }

  /** Lets the body come. Whoever has a reader by then keeps it coming; once the last one leaves, it is cut. */
  begin(body: Body): void {
    const flow = body.open(this)
    this.#flow = flow
    if (this.#state === 'over') flow.cancel()
    else this.advanced()
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state === 'copying') this.#copy(chunk)
    else if (this.#state === 'passing') this.#pass(chunk)
    else return false
    for (const reader of this.#readers) reader.pump()
    if (this.#state !== 'passing') return true
    this.#drop()
    this.#waiting = !this.#anyFlowing()
    return !this.#waiting
  }

  end(): void {
    const readers = [...this.#readers]
    if (this.#state === 'passing') {
      this.#state = 'whole'
      for (const reader of readers) reader.last()
      return this.#drop()
    }
    if (this.#state !== 'copying') return
    this.#state = 'whole'
    const whole = Buffer.concat(this.#chunks)
    this.#letGo()
    this.#kept = this.#end.whole(whole)
    this.#readers.clear()
    for (const reader of readers) reader.whole(this.#kept)
  }

  fail(fault: unknown): void {
    const was = this.#state
    if (was !== 'copying' && was !== 'passing') return
    this.#state = 'failed'
    this.#fault = fault
    this.#letGo()
    const readers = [...this.#readers]
    this.#readers.clear()
    if (was === 'copying') this.#end.cut()
    for (const reader of readers) reader.failed(fault)
  }

  at(number: number): Uint8Array | undefined {
    return this.#chunks[number - this.#first]
  }

  advanced(): void {
    if (this.#state === 'copying') return
    this.#drop()
    if (!this.#waiting || this.#flow === null || !this.#anyFlowing()) return
    this.#waiting = false
    this.#flow.resume()
  }

  left(reader: FillReader): void {
    if (!this.#readers.delete(reader)) return
    if (this.#readers.size > 0 || this.#state === 'whole') return this.advanced()
    if (this.#state !== 'copying' && this.#state !== 'passing') return
    const was = this.#state
    this.#state = 'over'
    this.#letGo()
    if (was === 'copying') this.#end.cut()
    this.#flow?.cancel()
  }

  #copy(chunk: Uint8Array): void {
    const { maxBytes, budget } = this.#bounds
    const fits = this.#heldBytes + chunk.byteLength <= maxBytes
    if (fits && budget.take(chunk.byteLength, budget.maxBytes * COPIES_RATIO)) return this.#hold(chunk)
    this.#state = 'passing'
    if (fits) this.#end.noRoom()
    else this.#end.tooLong()
    this.#pass(chunk)
  }

  // Room is made by cutting off the slowest, as long as there is a faster one. Without room after that, all readers are waited for together.
  #pass(chunk: Uint8Array): void {
    const { maxBytes, budget } = this.#bounds
    this.#drop()
    const upToBytes = budget.maxBytes * COPIES_RATIO
    while (this.#heldBytes + chunk.byteLength > maxBytes || !budget.take(chunk.byteLength, upToBytes)) {
      if (this.#cutSlowest()) continue
      budget.hold(chunk.byteLength)
      break
    }
    this.#hold(chunk)
  }

  #hold(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#heldBytes += chunk.byteLength
  }

  /** @returns false when all are equally far */
  #cutSlowest(): boolean {
    const places = [...this.#readers].map(({ next }) => next)
    const slowest = Math.min(...places)
    if (places.length === 0 || slowest === Math.max(...places)) return false
    for (const reader of [...this.#readers]) {
      if (reader.next > slowest) continue
      this.#readers.delete(reader)
      reader.failed(tooSlow())
    }
    this.#drop()
    return true
  }

  // Of a body that is not kept, what everybody has taken is let go.
  #drop(): void {
    let next = Number.POSITIVE_INFINITY
    for (const reader of this.#readers) next = Math.min(next, reader.next)
    while (this.#chunks.length > 0 && this.#first < next) {
      const bytes = this.#chunks.shift()!.byteLength
      this.#first += 1
      this.#heldBytes -= bytes
      this.#bounds.budget.give(bytes)
    }
  }

  #letGo(): void {
    this.#chunks = []
    this.#bounds.budget.give(this.#heldBytes)
    this.#heldBytes = 0
  }

  #anyFlowing(): boolean {
    for (const reader of this.#readers) if (reader.flowing) return true
    return false
  }
}

function tooSlow(): EdgeError {
  return new EdgeError('CLIENT_GONE', { reason: 'fell too far behind an answer that is not kept' })
}
