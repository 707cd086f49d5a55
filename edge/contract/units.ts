// Units that people write in configuration and flags, and what they mean. Parsing is total: a bad text is null, never a throw.

import Type from 'typebox'

/** Milliseconds in a second, a minute, an hour and a day. */
export const SECOND_MS = 1_000
/** Milliseconds in a minute. */
export const MINUTE_MS = 60 * SECOND_MS
/** Milliseconds in an hour. */
export const HOUR_MS = 60 * MINUTE_MS
/** Milliseconds in a day. */
export const DAY_MS = 24 * HOUR_MS
/** Bytes in a kibibyte. */
export const KIB = 1024
/** Bytes in a mebibyte. */
export const MIB = 1024 * KIB

/** How often something may happen: `count` times in each `perMs` milliseconds. */
export interface Rate {
  readonly count: number
  readonly perMs: number
}

const PERIOD_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }
const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, ...PERIOD_MS }
const SIZE_BYTES: Readonly<Record<string, number>> = { '': 1, B: 1, KB: KIB, MB: MIB, GB: 1024 * MIB }

/** The form of a rate: a count, a slash, and `s`, `m`, `h` or `d`. */
export const RATE_PATTERN = '^[1-9][0-9]{0,8}/(s|m|h|d)$'

/** A rate as text, such as `100/s` or `6000/m`. */
export const RateText = (description: string) =>
  Type.String({ pattern: RATE_PATTERN, description: `${description} Written as COUNT/s, /m, /h or /d.`, examples: ['100/s', '6000/m'] })

/** A duration in whole milliseconds with its range and default. */
export const DurationMs = (options: { minimum: number; maximum: number; default?: number; description: string }) =>
  Type.Integer({ ...options, 'x-unit': 'ms' })

/** A size in whole bytes with its range and default. */
export const SizeBytes = (options: { minimum: number; maximum: number; default?: number; description: string }) =>
  Type.Integer({ ...options, 'x-unit': 'bytes' })

/** A date in ms since the Unix epoch, as far as ECMAScript dates go. */
export const DateMs = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description, 'x-unit': 'ms since 1970' })

/** A count or number that only grows, from `minimum` on. */
export const Count = (description: string, minimum = 0) => Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER, description })

/**
 * Reads a rate such as `100/s`.
 * @returns null when the text is no rate
 */
export function parseRate(text: string): Rate | null {
  const found = /^([1-9][0-9]{0,8})\/([smhd])$/.exec(text)
  if (!found) return null
  return { count: Number(found[1]), perMs: PERIOD_MS[found[2]!]! }
}

/**
 * Reads a duration such as `250ms`, `30s`, `15m`, `2h` or `1d` into milliseconds.
 * @returns null when the text is no duration; at most 10 digits are read
 */
export function parseDurationMs(text: string): number | null {
  const found = /^([0-9]{1,10})(ms|s|m|h|d)$/.exec(text)
  if (!found) return null
  return Number(found[1]) * DURATION_MS[found[2]!]!
}

/**
 * Reads a size such as `512`, `64KB`, `64MB` or `2GB` into bytes (1 KB is 1024 bytes).
 * @returns null when the text is no size
 */
export function parseSizeBytes(text: string): number | null {
  const found = /^([0-9]{1,12})(B|KB|MB|GB|)$/.exec(text)
  if (!found) return null
  return Number(found[1]) * SIZE_BYTES[found[2]!]!
}

/** Writes a duration the way people read it: `250 ms`, `30 s`, `15 min`, `2 h`, `3 d`. */
export function formatDurationMs(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`
  return `${Math.round(ms / DAY_MS)} d`
}
