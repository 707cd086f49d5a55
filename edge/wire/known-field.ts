// The few fields that the connection itself must understand, recognised while names are scanned, without making a string.

/** Number of the field Host. */
export const HOST = 0
/** Number of the field Content-Length. */
export const CONTENT_LENGTH = 1
/** Number of the field Transfer-Encoding. */
export const TRANSFER_ENCODING = 2
/** Number of the field Connection. */
export const CONNECTION = 3
/** Number of the field Expect. */
export const EXPECT = 4
/** Number of the field Upgrade. */
export const UPGRADE = 5
/** Number of the field Keep-Alive. */
export const KEEP_ALIVE = 6

/** Their names, lower-case, by number. */
export const KNOWN_NAMES = ['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade', 'keep-alive'] as const

/** The number of the known field that is named at a place, or -1. */
export function knownField(bytes: Buffer, at: number, length: number): number {
  // Most names are ruled out by their length and first letter.
  const first = bytes[at]! | 0x20
  switch (length) {
    case 4:
      return first === 0x68 ? ifNamed(bytes, at, HOST) : -1
    case 6:
      return first === 0x65 ? ifNamed(bytes, at, EXPECT) : -1
    case 7:
      return first === 0x75 ? ifNamed(bytes, at, UPGRADE) : -1
    case 10:
      if (first === 0x63) return ifNamed(bytes, at, CONNECTION)
      return first === 0x6b ? ifNamed(bytes, at, KEEP_ALIVE) : -1
    case 14:
      return first === 0x63 ? ifNamed(bytes, at, CONTENT_LENGTH) : -1
    case 17:
      return first === 0x74 ? ifNamed(bytes, at, TRANSFER_ENCODING) : -1
    default:
      return -1
  }
}

/** Whether a known field says where the body ends. */
export function framesBody(field: number): boolean {
  return field === CONTENT_LENGTH || field === TRANSFER_ENCODING
}

function ifNamed(bytes: Buffer, at: number, field: number): number {
  const name = KNOWN_NAMES[field]!
  // The octets are those of a token, of which none but a letter becomes a letter, and none but the hyphen a hyphen, by this bit.
  for (let i = 0; i < name.length; i++) if ((bytes[at + i]! | 0x20) !== name.charCodeAt(i)) return -1
  return field
}
