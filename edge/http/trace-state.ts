/** Most members a tracestate has (W3C Trace Context §3.3.1.1). */
export const MAX_TRACE_STATE_MEMBERS = 32
/** Longest tracestate passed on; a shorter limit would break the promise of §3.3.1.5. */
export const MAX_TRACE_STATE_BYTES = 512
/** Members longer than this are the first to go when all is too long (§3.3.1.5). */
export const LONG_MEMBER_BYTES = 128

const KEY = /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/**
 * The tracestate to pass on: all lines in order, as one; null when there is nothing to pass on or any of it is malformed,
 * which does not spoil the traceparent. At most 512 bytes: whole members are dropped, long ones first, then from the right.
 * @see W3C Trace Context §3.3
 */
export function forwardTraceState(lines: readonly string[]): string | null {
  const members = new Map<string, string>()
  for (const line of lines) {
    for (const part of line.split(',')) {
      // Not by a pattern: one that looks for blanks at the end tries again at each blank within.
      const member = part.trim()
      if (member === '') continue
      const equals = member.indexOf('=')
      const key = member.slice(0, Math.max(equals, 0))
      if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1)) || members.has(key)) return null
      if (members.set(key, member).size > MAX_TRACE_STATE_MEMBERS) return null
    }
  }
  return members.size === 0 ? null : shortened([...members.values()])
}

function shortened(members: string[]): string | null {
  let kept = members
  if (kept.join(',').length > MAX_TRACE_STATE_BYTES) kept = kept.filter((member) => member.length <= LONG_MEMBER_BYTES)
  while (kept.join(',').length > MAX_TRACE_STATE_BYTES) kept = kept.slice(0, -1)
  return kept.length === 0 ? null : kept.join(',')
}
