/** Where a request stands in a distributed trace. Ids are lower-case hex and never all zeros. @see W3C Trace Context level 2, §3.2 */
export interface TraceContext {
  /** 32 digits. */
  readonly traceId: string
  /** 16 digits: the span that called. */
  readonly parentId: string
  /** 8 bits: `SAMPLED`, `RANDOM`, and six that have no meaning yet. */
  readonly flags: number
}

/** Flag: the caller may have recorded this trace. */
export const SAMPLED = 0x01
/** Flag (level 2): the last 56 bits of the trace id are random. */
export const RANDOM = 0x02

const LAYOUT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/
const LENGTH_V0 = 55
const ZERO = /^0+$/

/**
 * The context of a traceparent line, or null: then start a new trace and drop tracestate.
 * Null for version ff, upper case, an id of zeros, or trailing text in version 00. A higher version is read by the layout of 00 when nothing or a
 * `-` follows it. Two lines joined by a comma are no context either.
 */
export function parseTraceparent(line: string): TraceContext | null {
  const match = LAYOUT.exec(line)
  if (match === null) return null
  const [, version, traceId = '', parentId = '', flags = ''] = match
  if (version === 'ff' || (version === '00' && line.length !== LENGTH_V0)) return null
  if (ZERO.test(traceId) || ZERO.test(parentId)) return null
  return { traceId, parentId, flags: Number.parseInt(flags, 16) }
}

/**
 * The context for a call made on behalf of `context`: same trace, our span as the parent.
 * Each retry, hedge and mirrored call takes a span of its own.
 * @param spanId 16 lower-case hex digits, random, not all zeros
 */
export function nextTraceContext(context: TraceContext, spanId: string): TraceContext {
  return { traceId: context.traceId, parentId: spanId, flags: context.flags }
}

/** The traceparent line, always of version 00; flags that version does not know are sent as zero (§3.2.2.5). */
export function formatTraceparent(context: TraceContext): string {
  const flags = context.flags & (SAMPLED | RANDOM)
  return `00-${context.traceId}-${context.parentId}-0${flags.toString(16)}`
}
