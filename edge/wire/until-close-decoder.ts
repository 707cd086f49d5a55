// The body of an answer that says neither how long it is nor that it comes in chunks. @see RFC 9112 §6.3, item 8

import { partOf } from '../base/octets.ts'
import type { BodyDecoder } from './body-decoder.ts'

/** Takes all there is. Whether the connection ended in peace or by an error is for who reads it. */
export class UntilCloseDecoder implements BodyDecoder {
  readonly done = false
  readonly atEnd = 'whole'

  read(chunk: Buffer, at: number, payload: (bytes: Buffer) => void): number {
    if (at < chunk.length) payload(partOf(chunk, at, chunk.length))
    return chunk.length
  }
}
