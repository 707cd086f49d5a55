// Finds the payload of one body in the bytes of its connection, and where it ends.

import { ChunkedDecoder } from './chunked-decoder.ts'
import { LengthDecoder } from './length-decoder.ts'
import type { Framing } from './message.ts'
import { UntilCloseDecoder } from './until-close-decoder.ts'
import type { WireFault } from './wire-fault.ts'

/** Takes the framing off one body. After a fault it is of no more use. */
export interface BodyDecoder {
  /**
   * Takes body bytes of chunk[at…] and hands the payload among them on, in one piece at most.
   * @param chunk belongs to the decoder from now on: payload may be moved together in it; nothing behind the body is touched
   * @returns the offset behind what was taken, or what is wrong; the payload before a fault is handed on all the same
   */
  read(chunk: Buffer, at: number, payload: (bytes: Buffer) => void): number | WireFault
  /** Whether the body is over: what follows belongs to the next message. */
  readonly done: boolean
  /** What the end of the connection means now. */
  readonly atEnd: 'whole' | 'cut'
}

/** A decoder for a body framed so; one of no bytes is over from the start. */
export function bodyDecoder(framing: Framing): BodyDecoder {
  switch (framing.kind) {
    case 'none':
      return new LengthDecoder(0)
    case 'length':
      return new LengthDecoder(framing.bytes)
    case 'chunked':
      return new ChunkedDecoder()
    case 'until-close':
      return new UntilCloseDecoder()
  }
}
