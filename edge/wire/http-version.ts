// The version of a message, as the request line ends with it and the status line begins with it.

import { isDigit, LF } from '../base/octets.ts'
import type { Version } from './message.ts'
import { MORE, type Scanned } from './scan.ts'
import { RULES } from './wire-rules.ts'

/** Octets of a version: `HTTP/1.1`. */
export const VERSION_BYTES = 8

// The digits are looked at by their places.
const PATTERN = Buffer.from('HTTP/1.1', 'latin1')
const MAJOR_AT = 5
const MINOR_AT = 7

/** What is wrong with the version at a place, MORE, or 0 when `versionAt` knows it. */
export function versionFault(bytes: Buffer, at: number, end: number): Scanned {
  for (let i = 0; i < VERSION_BYTES; i++) {
    if (at + i >= end) return MORE
    const octet = bytes[at + i]!
    if (octet === PATTERN[i]) continue
    if (octet === LF) return RULES['bare-lf']
    if ((i !== MAJOR_AT && i !== MINOR_AT) || !isDigit(octet)) return RULES['version-syntax']
  }
  const minor = bytes[at + MINOR_AT]!
  return bytes[at + MAJOR_AT] === PATTERN[MAJOR_AT] && minor <= PATTERN[MINOR_AT]! ? 0 : RULES['version-unsupported']
}

/** The version at a place where `versionFault` found none. */
export function versionAt(bytes: Buffer, at: number): Version {
  return bytes[at + MINOR_AT] === PATTERN[MINOR_AT] ? '1.1' : '1.0'
}
