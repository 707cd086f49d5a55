// How the parts of a head are scanned. A scan looks at bytes[…end), keeps how far it came, and when more bytes have come it is
// called again with all bytes of the head so far: no byte is looked at a second time, however small the pieces are.
//
// Invariant: what a scan finds depends on the bytes alone, never on how they were cut; the first fault in their order is the one.

import { CR, LF } from '../base/octets.ts'
import type { WireFault } from './wire-fault.ts'
import { RULES } from './wire-rules.ts'

/** What a scan gives that needs more bytes. */
export const MORE = -1

/** What a scan gives: the offset behind what it read, MORE, or what is wrong there. */
export type Scanned = number | WireFault

/** The first line of a head. */
export interface StartLine {
  /** What is wrong with a head that is full before its first line is over. */
  readonly lineTooLarge: WireFault
  /** What is wrong with one that is full later. */
  readonly headTooLarge: WireFault
  /** Begins another line. */
  reset(): void
  /** @param base where the head begins in `bytes` @param end where the bytes at hand end, or where the head is full */
  scan(bytes: Buffer, base: number, end: number): Scanned
}

/** The offset behind the line end at `at` (before `end`), MORE, or a fault. @param otherwise what anything else but a line end is */
export function lineEnd(bytes: Buffer, at: number, end: number, otherwise: WireFault): Scanned {
  const octet = bytes[at]
  if (octet === LF) return RULES['bare-lf']
  if (octet !== CR) return otherwise
  if (at + 1 >= end) return MORE
  return bytes[at + 1] === LF ? at + 2 : RULES['bare-cr']
}
