// How much of everything one message may have. "Full" is a refusal with its own code, never a silent cut.

/** The bounds of a message; each beyond it is refused. */
export interface WireLimits {
  /** The whole head with its line ends: 431, or 414 when the request line alone is longer than it may be. */
  readonly maxHeadBytes: number
  /** The target of a request: 414. */
  readonly maxTargetBytes: number
  /** One field line, name and value: 431. */
  readonly maxFieldBytes: number
  /** Field lines of a head: 431. */
  readonly maxFields: number
}

/** A chunk-size line with its extensions, line end included (RFC 9112 §7.1.1). */
export const MAX_CHUNK_LINE_BYTES = 256
/** Bytes of chunk extensions of one whole body; more is an attack on whoever parses them. */
export const MAX_EXTENSION_BYTES = 16 * 1024
/** The trailer section of one body, line ends included. */
export const MAX_TRAILER_BYTES = 8 * 1024
