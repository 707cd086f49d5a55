// A body of a known length. @see RFC 9112 §6.2

import { partOf } from '../base/octets.ts'
import type { BodyDecoder } from './body-decoder.ts'

/** Takes as many bytes as were announced, and no more. */
export class LengthDecoder implements BodyDecoder {
  #leftBytes: number

  constructor(bytes: number) {
    this.#leftBytes = bytes
  }

  get done(): boolean {
    return this.#leftBytes === 0
  }

  get atEnd(): 'whole' | 'cut' {
    return this.done ? 'whole' : 'cut'
  }

  read(chunk: Buffer, at: number, payload: (bytes: Buffer) => void): number {
    const to = Math.min(chunk.length, at + this.#leftBytes)
    if (to <= at) return at
    this.#leftBytes -= to - at
    payload(partOf(chunk, at, to))
    return to
  }
}
