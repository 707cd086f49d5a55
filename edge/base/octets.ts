// The octets that the grammar of HTTP/1.1 is made of, and its classes of octets as tables: one load tells what a byte may be.

/** Carriage return. */
export const CR = 0x0d
/** Line feed. */
export const LF = 0x0a
/** Space. */
export const SP = 0x20
/** Horizontal tab. */
export const HTAB = 0x09
/** Colon. */
export const COLON = 0x3a
/** Digit zero. */
export const ZERO = 0x30

/** 1 for each octet of a token: `tchar` of RFC 9110 §5.6.2. */
export const IS_TOKEN = tableOf((octet) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/.test(String.fromCharCode(octet)))

/** 1 for each octet inside of a field value: HTAB, SP, VCHAR and obs-text of RFC 9110 §5.5. */
export const IS_VALUE = tableOf((octet) => octet === HTAB || (octet >= SP && octet !== 0x7f))

/** 1 for each octet of a request target: visible ASCII. Which of these stand where is for who reads the target. */
export const IS_VISIBLE = tableOf((octet) => octet > SP && octet < 0x7f)

/** 1 for each octet of a quoted string that stands for itself: `qdtext` of RFC 9110 §5.6.4. */
export const IS_QUOTED_TEXT = tableOf((octet) => IS_VALUE[octet] === 1 && octet !== 0x22 && octet !== 0x5c)

/** Whether an octet is a digit. */
export function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= 0x39
}

/** What a hexadecimal digit of either case stands for, or -1. */
export function hexDigit(octet: number): number {
  if (isDigit(octet)) return octet - ZERO
  const lower = octet | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** The bytes of a chunk between two offsets: a view of it, and the chunk itself when that is all of it. */
export function partOf(chunk: Buffer, from: number, to: number): Buffer {
  return from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to)
}

function tableOf(has: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (has(octet) ? 1 : 0))
}
